#include "dsr/delivery/webhook_url.h"

#include <gtest/gtest.h>

#include <string>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool IsRefused(const std::string& url, bool allow_http_loopback) {
  const absl::Status status = ValidateWebhookUrl(url, allow_http_loopback);
  if (!status.ok()) {
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  }
  return !status.ok();
}

TEST(ValidateWebhookUrlTest, TakesHttpsUrlsOfPublicHosts) {
  for (const char* url : {"https://partner.example", "https://partner.example/dsr/notices?tenant=7",
                          "https://partner.example:8443/", "https://8.8.8.8/hook",
                          "https://[2400:3200::1]/hook", "HTTPS://Partner.Example/"}) {
    EXPECT_THAT(ValidateWebhookUrl(url, false), IsOk()) << url;
  }
}

TEST(ValidateWebhookUrlTest, RefusesHostileUrlsInEveryMode) {
  for (const std::string url : {"",
                                "partner.example",
                                "//partner.example/",
                                "https://",
                                "https:///10.0.0.1/",
                                "http://partner.example/",
                                "ftp://partner.example/",
                                "file:///etc/passwd",
                                "gopher://partner.example/",
                                "smtp://partner.example/",
                                "javascript:alert(1)",
                                "https://user@partner.example/",
                                "https://user:secret@partner.example/",
                                "https://:secret@partner.example/",
                                "https://partner.example/#part",
                                "https://partner.example:22/",
                                "https://partner.example:25/",
                                "https://partner.example:0/",
                                "https://partner.example:65536/",
                                "https://partner.example:https/",
                                "https://partner.example/a b",
                                "https://partner.example/\r\nx-y: z",
                                "https://10.0.0.1/",
                                "https://192.168.1.1/",
                                "https://172.16.5.4/",
                                "https://169.254.169.254/latest/meta-data/",
                                "https://100.100.100.200/",
                                "https://0.0.0.0/",
                                "https://0/",
                                "https://167772161/",
                                "https://0xa9fea9fe/",
                                "https://0251.0376.0251.0376/",
                                "https://10.1/",
                                "https://255.255.255.255/",
                                "https://[::]/",
                                "https://[::ffff:10.0.0.1]/",
                                "https://[::ffff:127.0.0.1]/",
                                "https://[64:ff9b::7f00:1]/",
                                "https://[2002:7f00:1::]/",
                                "https://[fe80::1%25eth0]/",
                                "https://[fd00:ec2::254]/"}) {
    EXPECT_TRUE(IsRefused(url, false)) << url;
    EXPECT_TRUE(IsRefused(url, true)) << url;
  }
}

TEST(ValidateWebhookUrlTest, TakesThisMachineOnlyInDevelopment) {
  for (const char* url :
       {"https://127.0.0.1:9000/", "https://127.1/", "https://2130706433/", "https://0x7f.1/",
        "https://[::1]/", "http://127.0.0.1:9000/hook", "http://localhost:9000/hook",
        "http://LOCALHOST/hook", "http://[::1]:9000/"}) {
    EXPECT_TRUE(IsRefused(url, false)) << url;
    EXPECT_FALSE(IsRefused(url, true)) << url;
  }
}

TEST(ValidateWebhookUrlTest, RefusesHttpToAnotherMachineInDevelopmentToo) {
  EXPECT_TRUE(IsRefused("http://8.8.8.8:9000/", true));
  EXPECT_TRUE(IsRefused("http://localhost.partner.example/", true));
}

TEST(ValidateWebhookUrlTest, RefusesWhatStandsBehindANulByte) {
  EXPECT_TRUE(IsRefused(std::string("https://partner.example\0@10.0.0.1/", 34), false));
}

TEST(ValidateWebhookUrlTest, RefusesAUrlOfMoreThan2000Bytes) {
  const std::string longest = "https://partner.example/" + std::string(1976, 'a');

  EXPECT_THAT(ValidateWebhookUrl(longest, false), IsOk());
  EXPECT_TRUE(IsRefused(longest + "a", false));
}

TEST(ValidateWebhookUrlTest, NamesTheFieldAndNeverTheUrl) {
  const absl::Status status = ValidateWebhookUrl("https://user:secret@partner.example/", false);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("secret"))));
  ASSERT_TRUE(BadRequestOf(status).has_value());
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "url");
}

}  // namespace
}  // namespace dsr
