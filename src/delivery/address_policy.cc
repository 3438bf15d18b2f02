#include "delivery/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace dsr {
namespace {

struct Range4 {
  uint32_t prefix;
  int bits;
};

constexpr Range4 kLoopback4 = {0x7f000000, 8};

// IANA's special-purpose registry, what a cloud keeps for its own machines, and all from multicast
// up.
constexpr Range4 kDenied4[] = {
    {0x00000000, 8},   // 0/8: this network; many systems take 0.0.0.0 for loopback
    {0x0a000000, 8},   // 10/8: private
    {0x64400000, 10},  // 100.64/10: shared by a carrier; cloud internals
    kLoopback4,        //
    {0xa83f8110, 32},  // 168.63.129.16: Azure's host; public by number, and answers each machine
    {0xa9fe0000, 16},  // 169.254/16: link-local; cloud metadata
    {0xac100000, 12},  // 172.16/12: private
    {0xc0000000, 24},  // 192.0.0/24: protocol assignments
    {0xc0000200, 24},  // 192.0.2/24: documentation
    {0xc0586300, 24},  // 192.88.99/24: 6to4 relays
    {0xc0a80000, 16},  // 192.168/16: private
    {0xc6120000, 15},  // 198.18/15: benchmarking
    {0xc6336400, 24},  // 198.51.100/24: documentation
    {0xcb007100, 24},  // 203.0.113/24: documentation
    {0xe0000000, 3},   // 224/4 multicast and 240/4 reserved, broadcast included
};

struct Range6 {
  std::array<uint8_t, 4> prefix;
  int bits;
};

// Outside of this are ::, ::1, mapped and compatible addresses, 64:ff9b::/96 (NAT64), fc00::/7,
// fe80::/10 and multicast.
constexpr Range6 kUnicast6 = {{0x20}, 3};

constexpr Range6 kDenied6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // 2001::/23: Teredo, which embeds IPv4, and other protocols
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // 2001:db8::/32: documentation
    {{0x20, 0x02}, 16},              // 2002::/16: 6to4, which embeds IPv4
    {{0x3f, 0xff}, 20},              // 3fff::/20: documentation
};

bool Within(uint32_t address, const Range4& range) {
  return ((address ^ range.prefix) >> (32 - range.bits)) == 0;
}

// The first 32 bits of an IPv6 address are enough: no range of ours is longer.
uint32_t Head(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

bool Within(const in6_addr& address, const Range6& range) {
  return Within(Head(address.s6_addr), Range4{Head(range.prefix.data()), range.bits});
}

bool IsLoopback(uint32_t address) { return Within(address, kLoopback4); }
bool IsLoopback(const in6_addr& address) { return IN6_IS_ADDR_LOOPBACK(&address); }

bool IsPublic(uint32_t address) {
  for (const Range4& range : kDenied4) {
    if (Within(address, range)) return false;
  }
  return true;
}

bool IsPublic(const in6_addr& address) {
  if (!Within(address, kUnicast6)) return false;
  for (const Range6& range : kDenied6) {
    if (Within(address, range)) return false;
  }
  return true;
}

std::optional<uint32_t> Parse4(const std::string& text) {
  in_addr address;
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<in6_addr> Parse6(const std::string& text) {
  in6_addr address;
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  return address;
}

}  // namespace

bool AddressPolicy::Allows(const sockaddr* address, socklen_t size) const {
  // Copied, because the bytes may not be aligned for the type that they are.
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof(in));
    const uint32_t host = ntohl(in.sin_addr.s_addr);
    return IsPublic(host) || (allow_loopback_ && IsLoopback(host));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof(in));
    return IsPublic(in.sin6_addr) || (allow_loopback_ && IsLoopback(in.sin6_addr));
  }
  return false;
}

bool AddressPolicy::AllowsText(const std::string& text) const {
  if (const auto address = Parse4(text)) {
    return IsPublic(*address) || (allow_loopback_ && IsLoopback(*address));
  }
  if (const auto address = Parse6(text)) {
    return IsPublic(*address) || (allow_loopback_ && IsLoopback(*address));
  }
  return false;
}

bool IsAddress(const std::string& text) {
  return Parse4(text).has_value() || Parse6(text).has_value();
}

bool IsLoopbackAddress(const std::string& text) {
  if (const auto address = Parse4(text)) return IsLoopback(*address);
  if (const auto address = Parse6(text)) return IsLoopback(*address);
  return false;
}

}  // namespace dsr
