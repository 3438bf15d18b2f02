#include "dsr/workflow/deadline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

absl::CivilDay Day(const std::string& text) {
  absl::CivilDay day;
  EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
  return day;
}

std::shared_ptr<const Rulebook> Ordinary() { return TmallRulebook(v1::Workflow()); }

std::shared_ptr<const Rulebook> Cancellation() {
  v1::Workflow workflow;
  workflow.set_name("account-cancellation");
  return TmallRulebook(workflow);
}

struct Vector {
  const char* received;
  const char* last_day;
  int64_t due;
  const char* rolled;
  const char* working;
};

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.received; }

// LAW.md, section 4.
class DeadlineVectorTest : public testing::TestWithParam<Vector> {};

TEST_P(DeadlineVectorTest, EndsOnTheFifteenthCivilDayAndShowsTheOuterDates) {
  const absl::Time received = At(GetParam().received);

  const Deadline ordinary = AnswerDeadline(*Ordinary(), {.received = received});
  const Deadline cancellation = AnswerDeadline(*Cancellation(), {.received = received});

  EXPECT_EQ(ordinary.last_day, Day(GetParam().last_day));
  EXPECT_EQ(absl::ToUnixSeconds(ordinary.due), GetParam().due);
  EXPECT_EQ(ordinary.outer_day, Day(GetParam().rolled));
  EXPECT_EQ(cancellation.due, ordinary.due);
  EXPECT_EQ(cancellation.last_day, ordinary.last_day);
  EXPECT_EQ(cancellation.outer_day, Day(GetParam().working));
}

INSTANTIATE_TEST_SUITE_P(
    Law, DeadlineVectorTest,
    testing::Values(
        Vector{"2026-01-05T09:00:00+08:00", "2026-01-20", 1768924800, "2026-01-20", "2026-01-26"},
        Vector{"2026-01-31T14:00:00+08:00", "2026-02-15", 1771171200, "2026-02-24", "2026-02-27"},
        Vector{"2026-02-01T23:59:59+08:00", "2026-02-16", 1771257600, "2026-02-24", "2026-02-27"},
        Vector{"2026-02-02T00:00:00+08:00", "2026-02-17", 1771344000, "2026-02-24", "2026-02-28"},
        Vector{"2026-02-13T18:00:00+08:00", "2026-02-28", 1772294400, "2026-02-28", "2026-03-12"},
        Vector{"2026-03-01T16:30:00Z", "2026-03-17", 1773763200, "2026-03-17", "2026-03-23"},
        Vector{"2026-09-05T12:00:00+08:00", "2026-09-20", 1789920000, "2026-09-20", "2026-09-24"},
        Vector{"2025-12-17T12:00:00+08:00", "2026-01-01", 1767283200, "2026-01-04", "2026-01-08"},
        Vector{"2024-02-14T10:00:00+08:00", "2024-02-29", 1709222400, "2024-02-29", "2024-03-07"}));

v1::TimerRule Rule(v1::TimerRule::Anchor anchor, const v1::Offset& offset) {
  v1::TimerRule rule;
  rule.set_name("timer");
  rule.set_anchor(anchor);
  *rule.mutable_offset() = offset;
  return rule;
}

v1::Offset CivilDays(int days) {
  v1::Offset offset;
  offset.set_civil_days(days);
  return offset;
}
v1::Offset WorkingDays(int days) {
  v1::Offset offset;
  offset.set_working_days(days);
  return offset;
}
v1::Offset Months(int months) {
  v1::Offset offset;
  offset.set_months(months);
  return offset;
}
v1::Offset Seconds(int64_t seconds) {
  v1::Offset offset;
  offset.set_seconds(seconds);
  return offset;
}

absl::Time FromStart(const v1::Offset& offset, const std::string& start) {
  return TimerDue(*Ordinary(), Rule(v1::TimerRule::ANCHOR_START, offset), At(start),
                  DueTimes{absl::InfiniteFuture(), absl::InfiniteFuture()});
}

absl::Time BeforeDue(const v1::Offset& offset, const std::string& due) {
  return TimerDue(*Ordinary(), Rule(v1::TimerRule::ANCHOR_BEFORE_DUE, offset), absl::InfinitePast(),
                  DueTimes{At(due), At(due)});
}

TEST(TimerDueTest, CountsCivilDaysFromTheStartAndKeepsTheClockTime) {
  EXPECT_EQ(FromStart(CivilDays(3), "2026-02-27T17:30:15.250+08:00"),
            At("2026-03-02T17:30:15.250+08:00"));
}

TEST(TimerDueTest, CountsTheStartsDayInThePolicysZone) {
  EXPECT_EQ(FromStart(CivilDays(1), "2026-02-27T16:30:00Z"), At("2026-03-01T00:30:00+08:00"));
}

TEST(TimerDueTest, CountsWorkingDaysOverAHolidayAndAMakeUpDay) {
  EXPECT_EQ(FromStart(WorkingDays(2), "2026-02-13T09:00:00+08:00"),
            At("2026-02-24T09:00:00+08:00"));
}

TEST(TimerDueTest, EndsMonthsOnTheMonthsLastDayWhereItHasNoSuchDay) {
  EXPECT_EQ(FromStart(Months(1), "2026-01-31T08:00:00+08:00"), At("2026-02-28T08:00:00+08:00"));
}

TEST(TimerDueTest, CountsSecondsAsTheyAre) {
  EXPECT_EQ(FromStart(Seconds(90), "2026-01-31T23:59:00+08:00"), At("2026-02-01T00:00:30+08:00"));
}

TEST(TimerDueTest, IsTheDueTimeItselfForAZeroOffsetInAnyUnit) {
  const std::string due = "2026-01-21T00:00:00+08:00";

  EXPECT_EQ(BeforeDue(CivilDays(0), due), At(due));
  EXPECT_EQ(BeforeDue(WorkingDays(0), due), At(due));
  EXPECT_EQ(BeforeDue(Months(0), due), At(due));
  EXPECT_EQ(BeforeDue(Seconds(0), due), At(due));
}

TEST(TimerDueTest, LeavesAsManyWholeDaysBeforeTheDueTime) {
  EXPECT_EQ(BeforeDue(CivilDays(3), "2026-01-21T00:00:00+08:00"), At("2026-01-18T00:00:00+08:00"));
}

TEST(TimerDueTest, SkipsRestDaysBackwardsAndWorksOnMakeUpDays) {
  // Backwards from Wednesday 25 February: Tuesday 24, then the holiday, then make-up Saturday 14.
  EXPECT_EQ(BeforeDue(WorkingDays(2), "2026-02-25T00:00:00+08:00"),
            At("2026-02-14T00:00:00+08:00"));
}

TEST(TimerDueTest, CountsMonthsAndSecondsBackwardsFromTheDueTime) {
  EXPECT_EQ(BeforeDue(Months(1), "2026-03-31T00:00:00+08:00"), At("2026-02-28T00:00:00+08:00"));
  EXPECT_EQ(BeforeDue(Seconds(60), "2026-01-21T00:00:00+08:00"), At("2026-01-20T23:59:00+08:00"));
}

TEST(TimerDueTest, BeginsTheDayEarlyWhenTheDueTimeIsWithinADay) {
  EXPECT_EQ(BeforeDue(CivilDays(1), "2026-01-21T15:00:00+08:00"), At("2026-01-20T00:00:00+08:00"));
}

v1::RetentionRule Keep(int months) {
  v1::RetentionRule rule;
  rule.set_law("E-Commerce Law, article 31");
  rule.set_months(months);
  return rule;
}

TEST(RetentionTest, HoldsUntilTheNextWorkingDayWhenTheTermEndsOnARestDay) {
  EXPECT_EQ(RetentionEnd(*Ordinary(), Keep(36), Day("2023-11-01")), Day("2026-11-02"));
}

TEST(RetentionTest, EndsOnTheCorrespondingDayWhenItIsWorked) {
  EXPECT_EQ(RetentionEnd(*Ordinary(), Keep(36), Day("2023-06-10")), Day("2026-06-10"));
}

TEST(RetentionTest, EndsOnTheMonthsLastDayForALeapDay) {
  // 28 February 2027 is a Sunday.
  EXPECT_EQ(RetentionEnd(*Ordinary(), Keep(36), Day("2024-02-29")), Day("2027-03-01"));
}

TEST(RetentionTest, HoldsThroughAWholeHoliday) {
  EXPECT_EQ(RetentionEnd(*Ordinary(), Keep(36), Day("2023-02-15")), Day("2026-02-24"));
}

TEST(RetentionTest, MayEraseOnTheDayAfterTheEndAndNotBefore) {
  EXPECT_LT(ErasableUntil(*Ordinary(), Keep(36), Day("2026-11-02")), Day("2023-11-01"));
  EXPECT_GE(ErasableUntil(*Ordinary(), Keep(36), Day("2026-11-03")), Day("2023-11-01"));
}

TEST(RetentionTest, ErasableUntilIsTheLatestAnchorWhoseTermIsOverOnEveryDay) {
  const auto rulebook = Ordinary();
  for (const int months : {1, 36}) {
    for (absl::CivilDay today = Day("2025-12-20"); today < Day("2027-04-10"); ++today) {
      const absl::CivilDay anchor = ErasableUntil(*rulebook, Keep(months), today);

      EXPECT_LT(RetentionEnd(*rulebook, Keep(months), anchor), today) << months << " " << today;
      EXPECT_GE(RetentionEnd(*rulebook, Keep(months), anchor + 1), today) << months << " " << today;
    }
  }
}

TEST(DateTest, ConvertsACivilDayThereAndBack) {
  const v1::Date date = ToDate(Day("2024-02-29"));

  EXPECT_EQ(date.year(), 2024);
  EXPECT_EQ(date.month(), 2);
  EXPECT_EQ(date.day(), 29);
  EXPECT_EQ(ToCivilDay(date), Day("2024-02-29"));
}

}  // namespace
}  // namespace dsr
