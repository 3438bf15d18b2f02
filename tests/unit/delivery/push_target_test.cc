#include "dsr/delivery/push_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

bool RefusesTarget(const std::string& target, bool allow_loopback) {
  const absl::Status status = ValidatePushTarget(target, allow_loopback);
  if (!status.ok()) {
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  }
  return !status.ok();
}

TEST(ValidatePushTargetTest, TakesHostAndPort) {
  for (const char* target : {"partner.example:443", "partner.example:8443", "8.8.8.8:443",
                             "[2400:3200::1]:50051", "Partner_1.Example:65535"}) {
    EXPECT_THAT(ValidatePushTarget(target, false), IsOk()) << target;
  }
}

TEST(ValidatePushTargetTest, RefusesHostileTargetsInEveryMode) {
  for (const std::string target : {"",
                                   ":",
                                   ":443",
                                   "partner.example",
                                   "partner.example:",
                                   "partner.example:https",
                                   "partner.example:0",
                                   "partner.example:22",
                                   "partner.example:65536",
                                   "partner.example:-1",
                                   "partner.example:443/path",
                                   "user@partner.example:443",
                                   "dns:///partner.example:443",
                                   "dns:partner.example:443",
                                   "ipv4:8.8.8.8:443",
                                   "unix:/run/some.socket",
                                   "unix-abstract:name:443",
                                   "xds:///partner:443",
                                   "https://partner.example:443",
                                   "partner.example:443,127.0.0.1:443",
                                   "partner.example:443?x",
                                   "partner.example:443#x",
                                   "partner example:443",
                                   "partner.example:443\r\n",
                                   "2400:3200::1:443",
                                   "[2400:3200::1]",
                                   "[fe80::1%eth0]:443",
                                   "10.0.0.1:443",
                                   "192.168.1.1:8443",
                                   "169.254.169.254:443",
                                   "0.0.0.0:443",
                                   "0xa9fea9fe:443",
                                   "10.1:443",
                                   "[::]:443",
                                   "[::ffff:10.0.0.1]:443",
                                   "[fd00::1]:443"}) {
    EXPECT_TRUE(RefusesTarget(target, false)) << target;
    EXPECT_TRUE(RefusesTarget(target, true)) << target;
  }
}

TEST(ValidatePushTargetTest, TakesThisMachineOnlyInDevelopment) {
  for (const char* target : {"127.0.0.1:9000", "127.1:9000", "2130706433:9000", "[::1]:9000"}) {
    EXPECT_TRUE(RefusesTarget(target, false)) << target;
    EXPECT_FALSE(RefusesTarget(target, true)) << target;
  }
}

TEST(ValidatePushTargetTest, RefusesWhatStandsBehindANulByte) {
  EXPECT_TRUE(RefusesTarget(std::string("partner.example:443\0:80", 23), false));
}

TEST(ValidatePushTargetTest, RefusesATargetOfMoreThan300Bytes) {
  EXPECT_TRUE(RefusesTarget(std::string(297, 'a') + ":443", false));
}

TEST(ValidatePushTargetTest, NamesTheFieldAndNeverTheTarget) {
  const absl::Status status = ValidatePushTarget("secret.example", false);

  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("secret")));
  ASSERT_TRUE(BadRequestOf(status).has_value());
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "target");
}

}  // namespace
}  // namespace dsr
