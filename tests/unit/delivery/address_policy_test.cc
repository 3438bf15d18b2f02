#include "delivery/address_policy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace dsr {
namespace {

// Asks about `text` in both forms and expects one answer.
bool Allows(const AddressPolicy& policy, const std::string& text) {
  sockaddr_in in = {};
  sockaddr_in6 in6 = {};
  bool by_socket = false;
  if (inet_pton(AF_INET, text.c_str(), &in.sin_addr) == 1) {
    in.sin_family = AF_INET;
    by_socket = policy.Allows(reinterpret_cast<const sockaddr*>(&in), sizeof(in));
  } else if (inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    by_socket = policy.Allows(reinterpret_cast<const sockaddr*>(&in6), sizeof(in6));
  } else {
    ADD_FAILURE() << text << " is no address";
  }
  EXPECT_EQ(policy.AllowsText(text), by_socket) << text;
  return by_socket;
}

constexpr const char* kDenied[] = {
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "169.254.169.254",
    "169.254.0.1",
    "168.63.129.16",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::2",
    "::8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
};

constexpr const char* kLoopback[] = {"127.0.0.1", "127.255.255.255", "127.1.2.3", "::1"};

TEST(AddressPolicyTest, DeniesEveryAddressThatIsNotPublic) {
  for (const bool allow_loopback : {false, true}) {
    for (const char* address : kDenied) {
      EXPECT_FALSE(Allows(AddressPolicy(allow_loopback), address)) << address;
    }
  }
}

TEST(AddressPolicyTest, AllowsPublicAddressesUpToTheBordersOfDeniedRanges) {
  for (const char* address :
       {"1.0.0.0",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
        "192.0.1.0",       "192.167.255.255", "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",      "223.255.255.255", "2001:200::1",     "2001:4860:4860::8888",
        "2001:db9::1",     "2003::1",         "2400:3200::1",    "3ffe::1",
        "2000::",          "168.63.129.15",   "168.63.129.17"}) {
    EXPECT_TRUE(Allows(AddressPolicy(false), address)) << address;
  }
}

TEST(AddressPolicyTest, AllowsLoopbackOnlyWhenTold) {
  for (const char* address : kLoopback) {
    EXPECT_FALSE(Allows(AddressPolicy(false), address)) << address;
    EXPECT_TRUE(Allows(AddressPolicy(true), address)) << address;
  }
}

TEST(AddressPolicyTest, DeniesWhatIsNotIp) {
  sockaddr_un local = {};
  local.sun_family = AF_UNIX;

  EXPECT_FALSE(
      AddressPolicy(true).Allows(reinterpret_cast<const sockaddr*>(&local), sizeof(local)));
  EXPECT_FALSE(AddressPolicy(true).AllowsText("localhost"));
  EXPECT_FALSE(AddressPolicy(true).AllowsText(""));
}

TEST(AddressPolicyTest, DeniesAnAddressThatIsCutShort) {
  sockaddr_in in = {};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(0x08080808);

  EXPECT_FALSE(AddressPolicy(false).Allows(reinterpret_cast<const sockaddr*>(&in), 4));
}

}  // namespace
}  // namespace dsr
