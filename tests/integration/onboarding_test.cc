// A new recipient is taken on with one command, and one that does not check signatures is found
// out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/clock.h"
#include "dsr/base/file.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/subprocess.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::dsr::dsrctl::ExitCode;
using ::dsr::dsrctl::RunResult;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The value of that key in a JSON object of strings.
std::string Field(const std::string& json, const std::string& key) {
  const std::string begin = absl::StrCat("\"", key, "\":\"");
  const size_t found = json.find(begin);
  if (found == std::string::npos) return "";
  const size_t from = found + begin.size();
  return json.substr(from, json.find('"', from) - from);
}

class OnboardingTest : public ::testing::Test {
 protected:
  OnboardingTest() {
    dsrctl::WriteText(token_,
                      server_.Authorization("operator-1").substr(std::string("Bearer ").size()));
    // The receivers have a clock of their own, and refuse what is old.
    server_.clock().Advance(SystemClock().Now() - server_.clock().Now());
  }

  RunResult Dsrctl(const std::vector<std::string>& words) {
    std::vector<std::string> arguments = {
        "--server", server_.address(), "--token-file", token_, "-o", "json", "recipient"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return dsrctl::RunDsrctlForTest(arguments);
  }
  RunResult Onboard(const std::string& url, const std::vector<std::string>& more = {},
                    const std::string& secrets_file = "") {
    std::vector<std::string> words = {"onboard",
                                      "new-partner",
                                      "--title",
                                      "New Partner",
                                      "--relation",
                                      "independent-controller",
                                      "--jurisdiction",
                                      "CN",
                                      "--webhook",
                                      url,
                                      "--secrets-file",
                                      secrets_file.empty()
                                          ? server_.data_dir() + "/dev/webhook-secrets.textproto"
                                          : secrets_file};
    words.insert(words.end(), more.begin(), more.end());
    return Dsrctl(words);
  }

  TestServer server_;
  const std::string token_ = server_.data_dir() + "/operator.token";
};

class KeyKindTest : public OnboardingTest, public ::testing::WithParamInterface<bool> {};

TEST_P(KeyKindTest, WhatIsPrintedIsAllThatTheRecipientsReceiverNeeds) {
  const std::vector<std::string> kind =
      GetParam() ? std::vector<std::string>{"--hmac"} : std::vector<std::string>{};
  const int port = Listener(/*listens=*/false).port();
  const std::string url = absl::StrCat("http://127.0.0.1:", port, "/hook");

  const RunResult before = Onboard(url, kind);

  EXPECT_EQ(before.code, ExitCode::kPartial) << before.err;
  EXPECT_THAT(Field(before.out, "test"), HasSubstr("not delivered: connection-refused"));
  const std::string key = Field(before.out, GetParam() ? "secret" : "public_key");
  ASSERT_NE(key, "");
  dsrctl::WriteText(server_.data_dir() + "/given", key);
  dsrctl::WriteText(server_.data_dir() + "/rows.json", "{}");
  Subprocess receiver({DSR_EXAMPLE_RECEIVER, absl::StrCat(port), server_.data_dir() + "/given",
                       server_.data_dir() + "/rows.json", server_.data_dir() + "/answers.json",
                       "recipients/new-partner"});
  ASSERT_EQ(receiver.ReadLine(), absl::StrCat(port));

  // The same command goes on where it was, and gives out the same key.
  const RunResult after = Onboard(url, kind);

  EXPECT_EQ(after.code, ExitCode::kOk) << after.err;
  EXPECT_EQ(Field(after.out, "test"), "accepted, and a wrong signature was refused");
  EXPECT_EQ(Field(after.out, GetParam() ? "secret" : "public_key"), key);
  const RunResult tested = Dsrctl({"test", "new-partner"});
  EXPECT_EQ(tested.code, ExitCode::kOk) << tested.err;
  receiver.Stop();
}

INSTANTIATE_TEST_SUITE_P(Keys, KeyKindTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Shared" : "Public"; });

TEST_F(OnboardingTest, AnEndpointThatTakesAnySignatureIsFoundOut) {
  const HttpStub endpoint;

  const RunResult run = Onboard(endpoint.url());

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(Field(run.out, "test"), HasSubstr("so was a wrong signature"));
  EXPECT_EQ(endpoint.requests().size(), 2u);
  for (const HttpRequest& test : endpoint.requests()) {
    EXPECT_THAT(test.headers.at("webhook-id"), ::testing::StartsWith("test-"));
    EXPECT_THAT(test.body, AllOf(HasSubstr("dsr.notice.test"), Not(HasSubstr("subject"))));
  }
}

TEST_F(OnboardingTest, ARefusedRegistrationLeavesNoKeyBehind) {
  const std::string file = server_.data_dir() + "/dev/webhook-secrets.textproto";
  const std::string before = *ReadFile(file);

  const RunResult run = Onboard("http://10.0.0.1/hook");

  EXPECT_EQ(run.code, ExitCode::kUsage) << run.err;
  EXPECT_THAT(run.err, HasSubstr("url"));
  EXPECT_EQ(*ReadFile(file), before);
}

TEST_F(OnboardingTest, NothingIsRegisteredWhenTheSecretsFileCannotBeUsed) {
  const HttpStub endpoint;
  const std::string file = server_.data_dir() + "/dev/webhook-secrets.textproto";
  const auto is_registered = [&] { return Dsrctl({"get", "new-partner"}).code == ExitCode::kOk; };

  const RunResult no_file = Onboard(endpoint.url(), {}, "/nowhere/secrets.textproto");
  EXPECT_EQ(no_file.code, ExitCode::kUsage);
  EXPECT_THAT(no_file.err, HasSubstr("/nowhere/secrets.textproto"));
  EXPECT_FALSE(is_registered());

  dsrctl::WriteText(file, "secrets { id: \"new-partner\" keys: \"whsec_c2hvcnQ=\" }");
  const RunResult short_key = Onboard(endpoint.url());
  EXPECT_EQ(short_key.code, ExitCode::kUsage);
  EXPECT_THAT(short_key.err, AllOf(HasSubstr("`new-partner`"), HasSubstr("of 5 bytes"),
                                   Not(HasSubstr("c2hvcnQ"))));
  EXPECT_FALSE(is_registered());
}

TEST_F(OnboardingTest, AnotherEndpointThanTheRegisteredOneIsRefusedAndNotIgnored) {
  const HttpStub endpoint;
  Onboard(endpoint.url());

  const RunResult other = Onboard(absl::StrCat(endpoint.url(), "/other"));
  EXPECT_EQ(other.code, ExitCode::kUsage);
  EXPECT_THAT(other.err, AllOf(HasSubstr(endpoint.url()), HasSubstr("recipient update")));
  EXPECT_EQ(Onboard(endpoint.url(), {"--push", "127.0.0.1:9999"}).code, ExitCode::kUsage);
}

TEST_F(OnboardingTest, HealthSaysSinceWhenAndWhyARecipientIsNotReached) {
  Shop shop(server_);
  HttpStub endpoint;
  endpoint.Reset({.status = 503});
  shop.Register();
  v1::Delivery webhook;
  webhook.mutable_webhook()->set_url(endpoint.url());
  webhook.mutable_webhook()->set_secret_id("ad-partner");
  shop.RegisterRecipient("webhook-partner", "browsing", webhook);
  shop.ConfirmDeletion();

  v1::ListRecipientHealthResponse health;
  for (int look = 0; look < 20'000; ++look) {
    const auto listed = server_.Call<v1::RegistryService>(
        "operator-1", &v1::RegistryService::Stub::ListRecipientHealth,
        v1::ListRecipientHealthRequest());
    ASSERT_THAT(listed, IsOk());
    health = *listed;
    if (health.recipients(1).consecutive_failures() > 0) break;
  }

  ASSERT_EQ(health.recipients_size(), 2);
  EXPECT_EQ(health.recipients(0).recipient(), "recipients/ad-partner");
  EXPECT_EQ(health.recipients(0).reach(), v1::RecipientHealth::REACH_UNSPECIFIED);
  EXPECT_EQ(health.recipients(1).recipient(), "recipients/webhook-partner");
  EXPECT_EQ(health.recipients(1).last_failure_code(), "http-503");
  EXPECT_TRUE(health.recipients(1).has_last_failure_time());
  EXPECT_EQ(health.recipients(1).pending(), 1);
  EXPECT_TRUE(health.recipients(1).has_oldest_open_time());
}

}  // namespace
}  // namespace dsr
