// What happens beyond the configured limits, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "app/rate_limited.h"
#include "dsr/base/errors.h"
#include "google/protobuf/text_format.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "server/limits_config.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Admin = v1::AdminService;
using Requests = v1::RequestService;
using Verifications = v1::VerificationService;

config::v1::ServerConfig WithLimits(const std::string& text) {
  config::v1::ServerConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, config.mutable_limits()));
  // Others are not what the test is about.
  config::v1::CallLimits& others = *config.mutable_limits()->add_calls();
  others.set_per_second(100'000);
  others.set_burst(100'000);
  return config;
}

absl::Status Read(TestServer& server, absl::string_view principal) {
  return server.Call<Requests>(principal, &Requests::Stub::ListRequests, v1::ListRequestsRequest())
      .status();
}

absl::StatusOr<v1::Request> FileFor(TestServer& server, absl::string_view account,
                                    const std::string& key) {
  v1::CreateRequestRequest call = DeletionCall(account);
  call.set_idempotency_key(key);
  return server.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call);
}

TEST(Limits, AFloodOfOnePrincipalIsRefusedAndAnotherPrincipalIsServed) {
  TestServer server("", 30,
                    WithLimits("calls { principal: 'intake-tool' per_second: 1 burst: 3 }"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Read(server, "intake-tool"), IsOk());
  absl::Status refused;
  for (int i = 0; i < 5 && refused.ok(); ++i) refused = Read(server, "intake-tool");

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(LimitOf(refused), "calls_per_second");
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_THAT(Read(server, "caseworker-1"), IsOk());
}

TEST(Limits, AFloodLeavesTwoRecordsInTheAuditLogAndNotOneACall) {
  TestServer server("", 30,
                    WithLimits("calls { principal: 'intake-tool' per_second: 1 burst: 1 }"));
  Shop shop(server);
  int refused = 0;
  for (int i = 0; i < 8; ++i) refused += Read(server, "intake-tool").ok() ? 0 : 1;
  ASSERT_GT(refused, 2);
  const auto records = [&] {
    const std::vector<std::string> kinds = shop.AuditedKinds("intake-tool");
    return std::count(kinds.begin(), kinds.end(), "call_refused");
  };
  EXPECT_EQ(records(), 1);

  server.Restart();

  EXPECT_EQ(records(), 2);
}

TEST(Limits, ASubjectHasSoManyRequestsADayAlsoAcrossARestart) {
  TestServer server("", 30, WithLimits("filings_per_subject_day: 2"));
  const std::string key = FreshKey();
  EXPECT_THAT(FileFor(server, kAccount, FreshKey()), IsOk());
  const auto second = FileFor(server, kAccount, key);
  ASSERT_THAT(second, IsOk());
  server.Restart();
  const std::string refused_key = FreshKey();

  const absl::Status refused = FileFor(server, kAccount, refused_key).status();

  EXPECT_EQ(LimitOf(refused), "filings_per_subject_day");
  // Whoever repeats a call that was carried out gets its answer.
  const auto repeated = FileFor(server, kAccount, key);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(repeated->name(), second->name());
  EXPECT_THAT(FileFor(server, "another-account", FreshKey()), IsOk());
  server.clock().Advance(absl::Hours(24));
  EXPECT_THAT(FileFor(server, kAccount, refused_key), IsOk());
}

TEST(Limits, ASubjectIsSentSoManyCodesAnHourAcrossItsRequests) {
  TestServer server("", 30, WithLimits("codes_per_subject_hour: 2"));
  Shop shop(server);
  const v1::Request first = shop.File();
  const v1::Request second = shop.File();
  const auto ask = [&](const std::string& request, const std::string& key) {
    v1::StartVerificationRequest in;
    in.set_parent(request);
    in.set_idempotency_key(key);
    in.set_method(v1::VERIFICATION_METHOD_ONE_TIME_CODE);
    return server.Call<Verifications>("intake-tool", &Verifications::Stub::StartVerification, in);
  };
  const std::string key = FreshKey();
  EXPECT_THAT(ask(first.name(), key), IsOk());
  // A repeated call sends no second code and counts once.
  EXPECT_THAT(ask(first.name(), key), IsOk());
  EXPECT_THAT(ask(second.name(), FreshKey()), IsOk());

  EXPECT_EQ(LimitOf(ask(first.name(), FreshKey()).status()), "codes_per_subject_hour");
  EXPECT_EQ(LimitOf(ask(second.name(), FreshKey()).status()), "codes_per_subject_hour");
  server.clock().Advance(absl::Minutes(30));
  EXPECT_THAT(ask(second.name(), FreshKey()), IsOk());
}

TEST(Limits, CallsWithoutAKnownTokenAreLimitedByAddress) {
  TestServer server("", 30, WithLimits("unknown_calls_per_second: 1"));
  absl::Status last;
  int unauthenticated = 0;
  for (int i = 0; i < 30 && LimitOf(last).empty(); ++i) {
    last = server.Call<Admin>("", &Admin::Stub::GetStatus, v1::GetStatusRequest()).status();
    if (absl::IsUnauthenticated(last)) ++unauthenticated;
  }

  EXPECT_EQ(LimitOf(last), "unknown_calls_per_second");
  EXPECT_GE(unauthenticated, 10);
  EXPECT_THAT(Read(server, "caseworker-1"), IsOk());
}

TEST(Limits, AWrongLimitKeepsTheServerFromStarting) {
  for (const char* text :
       {"calls { per_second: -1 }", "calls { role: 'gardener' }", "codes_per_hour: -1",
        "calls { role: 'intake' principal: 'intake-tool' }", "filings_per_subject_day: 201"}) {
    config::v1::Limits limits = WithLimits(text).limits();
    EXPECT_THAT(CompleteLimits(limits), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID)) << text;
  }
}

}  // namespace
}  // namespace dsr
