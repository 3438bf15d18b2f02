#include "dsr/workflow/deadline_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "testing/status_matchers.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

absl::Time InstantOf(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

absl::CivilDay DayNamed(const std::string& text) {
  absl::CivilDay day;
  EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
  return day;
}

// A shipped profile with its calendar.
DeadlineRule Shipped(const std::string& name) {
  const std::shared_ptr<const Rulebook> rulebook = TmallRulebook(v1::Workflow());
  const v1::Policy& policy = rulebook->policy;
  for (const v1::DeadlineProfile& profile : policy.deadline_profiles()) {
    if (profile.name() != name) continue;
    auto rule = MakeDeadlineRule(profile, policy.time_zone(), nullptr);
    EXPECT_THAT(rule, IsOk());
    if (!profile.calendar().empty()) rule->calendar = rulebook->calendar;
    return *std::move(rule);
  }
  ADD_FAILURE() << "no profile " << name;
  return DeadlineRule();
}

TEST(DeadlineRuleTest, FifteenDaysAreTheRuleInForce) {
  EXPECT_EQ(TmallRulebook(v1::Workflow())->clocks[0].rule.profile.name(), "cn-15-days");
}

struct ProfileVector {
  const char* profile;
  const char* received;
  const char* last_day;
  const char* rolled_last_day;
  const char* due;
};

class DeadlineProfileTest : public ::testing::TestWithParam<ProfileVector> {};

TEST_P(DeadlineProfileTest, CountsAsTheLawSays) {
  const DeadlineRule rule = Shipped(GetParam().profile);

  const CountedDeadline deadline = CountDeadline(rule, InstantOf(GetParam().received));

  EXPECT_EQ(deadline.last_day, DayNamed(GetParam().last_day));
  EXPECT_EQ(deadline.rolled_last_day, DayNamed(GetParam().rolled_last_day));
  EXPECT_EQ(deadline.due, InstantOf(GetParam().due));
  EXPECT_FALSE(deadline.provisional);
}

INSTANTIATE_TEST_SUITE_P(
    Law, DeadlineProfileTest,
    ::testing::Values(ProfileVector{"cn-15-days", "2026-01-31T14:00:00+08:00", "2026-02-15",
                                    "2026-02-24", "2026-02-16T00:00:00+08:00"},
                      ProfileVector{"cn-15-working-days", "2026-01-31T14:00:00+08:00", "2026-02-27",
                                    "2026-02-27", "2026-02-28T00:00:00+08:00"},
                      // A make-up Saturday is worked.
                      ProfileVector{"cn-15-working-days", "2026-02-02T00:00:00+08:00", "2026-02-28",
                                    "2026-02-28", "2026-03-01T00:00:00+08:00"},
                      ProfileVector{"cn-15-working-days", "2026-02-13T18:00:00+08:00", "2026-03-12",
                                    "2026-03-12", "2026-03-13T00:00:00+08:00"},
                      ProfileVector{"cn-30-days", "2026-01-31T14:00:00+08:00", "2026-03-02",
                                    "2026-03-02", "2026-03-03T00:00:00+08:00"},
                      ProfileVector{"gdpr-one-month", "2026-01-31T12:00:00+01:00", "2026-02-28",
                                    "2026-03-02", "2026-03-03T00:00:00+01:00"},
                      ProfileVector{"gdpr-one-month", "2026-08-31T12:00:00+02:00", "2026-09-30",
                                    "2026-09-30", "2026-10-01T00:00:00+02:00"},
                      // The clocks go forward on the last day.
                      ProfileVector{"gdpr-one-month", "2026-02-28T12:00:00+01:00", "2026-03-28",
                                    "2026-03-30", "2026-03-31T00:00:00+02:00"},
                      ProfileVector{"gdpr-one-month", "2024-01-31T12:00:00+01:00", "2024-02-29",
                                    "2024-02-29", "2024-03-01T00:00:00+01:00"},
                      // 23:30 of the day before, in California.
                      ProfileVector{"ccpa-45-days", "2026-03-02T07:30:00Z", "2026-04-15",
                                    "2026-04-15", "2026-04-16T00:00:00-07:00"}));

TEST(DeadlineRuleTest, AnExtensionIsCountedFromTheLastDayAndNotFromTheRolledOne) {
  const ClockCourse extended = {.extended = true};
  EXPECT_EQ(
      CountDeadline(Shipped("gdpr-one-month"), InstantOf("2026-01-31T12:00:00+01:00"), extended)
          .due,
      InstantOf("2026-04-29T00:00:00+02:00"));
  EXPECT_EQ(
      CountDeadline(Shipped("ccpa-45-days"), InstantOf("2026-03-01T12:00:00-08:00"), extended).due,
      InstantOf("2026-05-31T00:00:00-07:00"));
}

TEST(DeadlineRuleTest, AProfileWithoutAnExtensionIsNotExtended) {
  const DeadlineRule rule = Shipped("cn-15-days");
  const absl::Time received = InstantOf("2026-03-01T12:00:00+08:00");

  EXPECT_EQ(CountDeadline(rule, received, {.extended = true}), CountDeadline(rule, received));
}

TEST(DeadlineRuleTest, ADayDoesNotCountWhereTheTimeStoodStillAtItsEnd) {
  const DeadlineRule civil = Shipped("cn-15-days");
  const absl::Time monday = InstantOf("2026-03-02T09:00:00+08:00");

  EXPECT_EQ(CountPausedDays(civil, monday, InstantOf("2026-03-02T23:59:59+08:00")), 0);
  EXPECT_EQ(CountPausedDays(civil, monday, InstantOf("2026-03-03T00:00:00+08:00")), 1);
  EXPECT_EQ(CountPausedDays(civil, monday, InstantOf("2026-03-09T12:00:00+08:00")), 7);
  EXPECT_EQ(CountPausedDays(Shipped("cn-15-working-days"), monday,
                            InstantOf("2026-03-09T12:00:00+08:00")),
            5);
}

TEST(DeadlineRuleTest, DaysThatDidNotCountAreAddedInTheUnitOfTheProfile) {
  const absl::Time received = InstantOf("2026-03-02T09:00:00+08:00");

  EXPECT_EQ(CountDeadline(Shipped("cn-15-days"), received, {.paused_days = 4}).due,
            InstantOf("2026-03-22T00:00:00+08:00"));
  // The 15th working day is Monday the 23rd; four more end on Friday.
  EXPECT_EQ(CountDeadline(Shipped("cn-15-working-days"), received, {.paused_days = 4}).due,
            InstantOf("2026-03-28T00:00:00+08:00"));
}

TEST(DeadlineRuleTest, ADateBeyondTheAnnouncedYearsIsProvisional) {
  const absl::Time december = InstantOf("2026-12-20T12:00:00+08:00");
  EXPECT_TRUE(CountDeadline(Shipped("cn-15-days"), december).provisional);
  EXPECT_TRUE(CountDeadline(Shipped("cn-15-working-days"), december).provisional);
  EXPECT_FALSE(CountDeadline(Shipped("gdpr-one-month"), december).provisional);
  EXPECT_FALSE(
      CountDeadline(Shipped("cn-15-days"), InstantOf("2026-12-16T12:00:00+08:00")).provisional);
}

TEST(DeadlineRuleTest, ATargetOfTheCompanyIsBeforeTheDueTime) {
  DeadlineRule rule = Shipped("cn-15-days");
  const CountedDeadline deadline = CountDeadline(rule, InstantOf("2026-03-02T10:00:00+08:00"));
  EXPECT_EQ(TargetOf(Shipped("cn-30-days"), deadline), std::nullopt);
  EXPECT_EQ(TargetOf(rule, deadline), InstantOf("2026-03-15T00:00:00+08:00"));

  rule.profile.mutable_target_before()->set_working_days(3);

  EXPECT_EQ(TargetOf(rule, deadline), InstantOf("2026-03-13T00:00:00+08:00"));
}

// LAW.md, section 4: properties that hold for every receipt.
TEST(DeadlineRuleTest, ALaterReceiptIsNeverDueEarlierAndARolledDayIsNeverARestDay) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const absl::Time first = InstantOf("2023-01-01T00:00:00+08:00");
  for (const char* name :
       {"cn-15-days", "cn-15-working-days", "cn-30-days", "gdpr-one-month", "ccpa-45-days"}) {
    const DeadlineRule rule = Shipped(name);
    std::vector<absl::Time> receipts;
    for (int i = 0; i < 2000; ++i)
      receipts.push_back(first + absl::Seconds(random() % 126'000'000));
    std::sort(receipts.begin(), receipts.end());
    absl::Time due = absl::InfinitePast();
    for (const absl::Time received : receipts) {
      const CountedDeadline deadline = CountDeadline(rule, received);
      EXPECT_GE(deadline.due, due) << name << " " << received;
      EXPECT_GT(deadline.due, received);
      EXPECT_TRUE(IsWorkingDay(rule.calendar, deadline.rolled_last_day));
      EXPECT_LE(deadline.last_day, deadline.rolled_last_day);
      // The day ends at midnight, also where the clocks were changed on it.
      const absl::CivilSecond end = absl::ToCivilSecond(deadline.due, rule.zone);
      EXPECT_EQ(end, absl::CivilSecond(absl::CivilDay(end)));
      due = deadline.due;
    }
  }
}

TEST(DeadlineRuleTest, TellsEveryStepInWords) {
  const v1::DeadlineExplanation told =
      ExplainDeadline(Shipped("cn-15-days"), InstantOf("2026-01-31T14:00:00+08:00"));

  EXPECT_EQ(told.due_time(), "2026-02-16T00:00:00+08:00");
  EXPECT_EQ(told.last_day(), "2026-02-15");
  EXPECT_EQ(told.rolled_last_day(), "2026-02-24");
  EXPECT_EQ(told.calendar_version(), "cn-1");
  EXPECT_EQ(told.time_zone(), "Asia/Shanghai");
  EXPECT_FALSE(told.provisional());
  EXPECT_THAT(told.steps(),
              ::testing::ElementsAre(HasSubstr("received on Saturday 2026-01-31 in Asia/Shanghai"),
                                     HasSubstr("15 civil days from it: Sunday 2026-02-15"),
                                     HasSubstr("the next working day is Tuesday 2026-02-24"),
                                     HasSubstr("does not roll over"),
                                     HasSubstr("before 2026-02-16T00:00:00+08:00"),
                                     HasSubstr("3 civil days before that: 2026-02-13")));
  const v1::DeadlineExplanation european =
      ExplainDeadline(Shipped("gdpr-one-month"), InstantOf("2026-12-01T12:00:00+01:00"));
  EXPECT_EQ(european.calendar_version(), "weekends");
  EXPECT_EQ(european.extended_due_time(), "2027-03-02T00:00:00+01:00");
}

}  // namespace
}  // namespace dsr
