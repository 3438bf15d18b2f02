#include "rpc/call_limits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/rate_limited.h"
#include "dsr/base/errors.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

config::v1::CallLimits Calls(int per_second, int burst, int concurrent) {
  config::v1::CallLimits calls;
  calls.set_per_second(per_second);
  calls.set_burst(burst);
  calls.set_concurrent(concurrent);
  return calls;
}

// Two at once, and a third only once a second has passed.
config::v1::Limits Tight() {
  config::v1::Limits limits;
  *limits.add_calls() = Calls(1, 2, 5);
  limits.set_unknown_calls_per_second(1);
  return limits;
}

const Principal kTool{.name = "intake-tool", .roles = {"intake"}};
const Principal kWorker{.name = "system-orders", .roles = {"data_system"}};
constexpr char kFar[] = "ipv4:192.0.2.1:4711";
constexpr char kNear[] = "ipv4:127.0.0.1:4711";

TEST(CallLimits, BeyondItsBurstAPrincipalIsToldWhichLimitAndWhenToComeBack) {
  CallLimits limits(Tight());
  EXPECT_THAT(limits.Admit(kTool), IsOk());
  EXPECT_THAT(limits.Admit(kTool), IsOk());

  const absl::Status status = limits.Admit(kTool).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(LimitOf(status), "calls_per_second");
  EXPECT_TRUE(ErrorInfoOf(status)->metadata().contains("retry_after_ms"));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_THAT(limits.Admit(kWorker), IsOk());
}

TEST(CallLimits, TheFirstEntryThatFitsCounts) {
  config::v1::Limits given;
  *given.add_calls() = Calls(1, 1, 5);
  given.mutable_calls(0)->set_principal("intake-tool");
  *given.add_calls() = Calls(1, 3, 5);
  given.mutable_calls(1)->set_role("data_system");
  *given.add_calls() = Calls(1, 2, 5);
  CallLimits limits(given);
  const auto admitted = [&](const Principal& principal) {
    int count = 0;
    while (count < 10 && limits.Admit(principal).ok()) ++count;
    return count;
  };

  EXPECT_EQ(admitted(kTool), 1);
  EXPECT_EQ(admitted(kWorker), 3);
  EXPECT_EQ(admitted(Principal{.name = "auditor-1", .roles = {"auditor"}}), 2);
}

TEST(CallLimits, APlaceIsFreeAgainWhenItsCallHasEnded) {
  config::v1::Limits given;
  *given.add_calls() = Calls(1000, 1000, 2);
  CallLimits limits(given);
  std::vector<CallLimits::Place> places;
  for (int i = 0; i < 2; ++i) {
    const auto place = limits.Admit(kTool);
    ASSERT_THAT(place, IsOk());
    places.push_back(*place);
  }
  EXPECT_EQ(LimitOf(limits.Admit(kTool).status()), "concurrent_calls");
  EXPECT_THAT(limits.Admit(kWorker), IsOk());

  places.pop_back();

  EXPECT_THAT(limits.Admit(kTool), IsOk());
}

TEST(CallLimits, AnAddressThatKeepsComingWithoutAKnownTokenIsRefusedBeforeItsTokenIsLookedAt) {
  CallLimits limits(Tight());
  EXPECT_THAT(limits.CheckPeer(kFar), IsOk());
  int unknown = 0;
  while (unknown < 100 && limits.CountUnknown("ipv4:192.0.2.1:99").ok()) ++unknown;

  EXPECT_EQ(unknown, 10);
  EXPECT_EQ(LimitOf(limits.CheckPeer(kFar)), "unknown_calls_per_second");
  EXPECT_THAT(limits.CheckPeer("ipv4:192.0.2.2:4711"), IsOk());
}

TEST(CallLimits, KnownTokensFromLoopbackPassWhateverElseComesFromThere) {
  CallLimits limits(Tight());
  for (int i = 0; i < 100; ++i) limits.CountUnknown(kNear).IgnoreError();

  EXPECT_THAT(limits.CheckPeer(kNear), IsOk());
  EXPECT_EQ(LimitOf(limits.CountUnknown(kNear)), "unknown_calls_per_second");
}

}  // namespace
}  // namespace dsr
