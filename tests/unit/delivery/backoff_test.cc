#include "delivery/backoff.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

// Expects the pause before each attempt, for many items, within a fifth of the plan.
void ExpectPlan(const BackoffSchedule& schedule, const std::vector<absl::Duration>& plan) {
  for (size_t attempts = 0; attempts < plan.size(); ++attempts) {
    for (int item = 0; item < 100; ++item) {
      const absl::Duration pause =
          schedule.Delay(static_cast<int>(attempts), absl::StrCat("item-", item));
      EXPECT_GE(pause, plan[attempts] * 0.8) << attempts;
      EXPECT_LE(pause, plan[attempts] * 1.2) << attempts;
    }
  }
}

TEST(BackoffScheduleTest, FollowsTheScheduleOfStandardWebhooksThenDaily) {
  ExpectPlan(BackoffSchedule::ForNotices(),
             {absl::ZeroDuration(), absl::Seconds(5), absl::Minutes(5), absl::Minutes(30),
              absl::Hours(2), absl::Hours(5), absl::Hours(10), absl::Hours(14), absl::Hours(20),
              absl::Hours(24), absl::Hours(24), absl::Hours(24)});
}

TEST(BackoffScheduleTest, TriesMessagesAgainSooner) {
  ExpectPlan(BackoffSchedule::ForMessages(),
             {absl::ZeroDuration(), absl::Seconds(5), absl::Minutes(1), absl::Minutes(5),
              absl::Minutes(30), absl::Hours(2), absl::Hours(2)});
}

TEST(BackoffScheduleTest, NeverEnds) {
  EXPECT_GE(BackoffSchedule::ForNotices().Delay(1000000, "item"), absl::Hours(24) * 0.8);
}

TEST(BackoffScheduleTest, TakesFewerThanNoAttemptsForNone) {
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(-1, "item"), absl::ZeroDuration());
}

TEST(BackoffScheduleTest, GivesTheSamePauseForTheSameItemAndAttempt) {
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(3, "item"),
            BackoffSchedule::ForNotices().Delay(3, "item"));
}

TEST(BackoffScheduleTest, SpreadsItemsThatFailedTogetherOverBothSidesOfThePlan) {
  std::set<absl::Duration> pauses;
  for (int item = 0; item < 100; ++item) {
    pauses.insert(BackoffSchedule::ForNotices().Delay(2, absl::StrCat("item-", item)));
  }

  EXPECT_EQ(pauses.size(), 100u);
  EXPECT_LT(*pauses.begin(), absl::Minutes(5) * 0.85);
  EXPECT_GT(*pauses.rbegin(), absl::Minutes(5) * 1.15);
}

TEST(BackoffScheduleTest, SpreadsTheAttemptsOfOneItemIndependently) {
  EXPECT_NE(BackoffSchedule::ForNotices().Delay(9, "item"),
            BackoffSchedule::ForNotices().Delay(10, "item"));
}

TEST(BackoffScheduleTest, LetsALaterRetryAfterWin) {
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(1, "item", absl::Hours(1)), absl::Hours(1));
}

TEST(BackoffScheduleTest, LetsThePlanWinOverAnEarlierRetryAfter) {
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(4, "item", absl::Seconds(1)),
            BackoffSchedule::ForNotices().Delay(4, "item"));
}

TEST(BackoffScheduleTest, GrantsARetryAfterOfOneDayAtMost) {
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(1, "item", absl::Hours(24 * 3650)),
            absl::Hours(24));
  EXPECT_EQ(BackoffSchedule::ForNotices().Delay(1, "item", absl::InfiniteDuration()),
            absl::Hours(24));
}

TEST(BackoffScheduleTest, ScalesEveryPauseForADemonstration) {
  ExpectPlan(BackoffSchedule::ForNotices(0.01),
             {absl::ZeroDuration(), absl::Milliseconds(50), absl::Seconds(3), absl::Seconds(18)});
}

}  // namespace
}  // namespace dsr
