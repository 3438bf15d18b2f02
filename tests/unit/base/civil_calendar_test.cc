#include "dsr/base/civil_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace dsr {

void PrintTo(const CountedDay& counted, std::ostream* out) {
  *out << absl::FormatCivilTime(counted.day) << (counted.provisional ? " (provisional)" : "");
}

namespace {

absl::CivilDay Day(const std::string& text) {
  absl::CivilDay day;
  EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
  return day;
}

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

struct Span {
  std::string first;
  std::string last;
};

WorkingCalendar MakeCalendar(const std::vector<Span>& off,
                             const std::vector<std::string>& make_up) {
  WorkingCalendar calendar = {.version = "cn-2026", .first_year = 2023, .last_year = 2026};
  for (const Span& span : off) {
    for (absl::CivilDay day = Day(span.first); day <= Day(span.last); ++day) {
      calendar.off_days.insert(day);
    }
  }
  for (const std::string& day : make_up) calendar.make_up_days.insert(Day(day));
  return calendar;
}

// The State Council's notices for 2023 to 2026.
WorkingCalendar China() {
  return MakeCalendar(
      {{"2022-12-31", "2023-01-02"}, {"2023-01-21", "2023-01-27"}, {"2023-04-05", "2023-04-05"},
       {"2023-04-29", "2023-05-03"}, {"2023-06-22", "2023-06-24"}, {"2023-09-29", "2023-10-06"},
       {"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"},
       {"2024-05-01", "2024-05-05"}, {"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"},
       {"2024-10-01", "2024-10-07"}, {"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"},
       {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"}, {"2025-05-31", "2025-06-02"},
       {"2025-10-01", "2025-10-08"}, {"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"},
       {"2026-04-04", "2026-04-06"}, {"2026-05-01", "2026-05-05"}, {"2026-06-19", "2026-06-21"},
       {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"}},
      {"2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07",
       "2023-10-08", "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11",
       "2024-09-14", "2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08", "2025-04-27",
       "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09",
       "2026-09-20", "2026-10-10"});
}

struct Deadline {
  std::string received;
  std::string day0;
  std::string last_day;
  int64_t due_seconds;
  std::string rolled;
  std::string working;
};

void PrintTo(const Deadline& vector, std::ostream* out) { *out << vector.received; }

class DeadlineVectorTest : public ::testing::TestWithParam<Deadline> {};

TEST_P(DeadlineVectorTest, CountsFifteenDaysAsTheLawDoes) {
  const Deadline& vector = GetParam();
  const absl::TimeZone zone = Shanghai();
  const WorkingCalendar calendar = China();

  const absl::CivilDay day0 = DayOf(At(vector.received), zone);
  const absl::CivilDay last_day = AddCivilDays(day0, 15);

  EXPECT_EQ(day0, Day(vector.day0));
  EXPECT_EQ(last_day, Day(vector.last_day));
  EXPECT_EQ(EndOfDay(last_day, zone), absl::FromUnixSeconds(vector.due_seconds));
  EXPECT_EQ(RollToWorkingDay(calendar, last_day), (CountedDay{Day(vector.rolled), false}));
  EXPECT_EQ(AddWorkingDays(calendar, day0, 15), (CountedDay{Day(vector.working), false}));
}

INSTANTIATE_TEST_SUITE_P(
    China, DeadlineVectorTest,
    ::testing::Values(Deadline{"2026-01-05T09:00:00+08:00", "2026-01-05", "2026-01-20", 1768924800,
                               "2026-01-20", "2026-01-26"},
                      Deadline{"2026-01-31T14:00:00+08:00", "2026-01-31", "2026-02-15", 1771171200,
                               "2026-02-24", "2026-02-27"},
                      Deadline{"2026-02-01T23:59:59+08:00", "2026-02-01", "2026-02-16", 1771257600,
                               "2026-02-24", "2026-02-27"},
                      Deadline{"2026-02-02T00:00:00+08:00", "2026-02-02", "2026-02-17", 1771344000,
                               "2026-02-24", "2026-02-28"},
                      Deadline{"2026-02-13T18:00:00+08:00", "2026-02-13", "2026-02-28", 1772294400,
                               "2026-02-28", "2026-03-12"},
                      Deadline{"2026-03-01T16:30:00Z", "2026-03-02", "2026-03-17", 1773763200,
                               "2026-03-17", "2026-03-23"},
                      Deadline{"2026-09-05T12:00:00+08:00", "2026-09-05", "2026-09-20", 1789920000,
                               "2026-09-20", "2026-09-24"},
                      Deadline{"2025-12-17T12:00:00+08:00", "2025-12-17", "2026-01-01", 1767283200,
                               "2026-01-04", "2026-01-08"},
                      Deadline{"2024-02-14T10:00:00+08:00", "2024-02-14", "2024-02-29", 1709222400,
                               "2024-02-29", "2024-03-07"}));

TEST(WorkingCalendarTest, KnowsWeekendsHolidaysAndMakeUpDays) {
  const WorkingCalendar calendar = China();

  EXPECT_TRUE(IsWorkingDay(calendar, Day("2026-03-02")));   // Monday
  EXPECT_FALSE(IsWorkingDay(calendar, Day("2026-03-07")));  // Saturday
  EXPECT_FALSE(IsWorkingDay(calendar, Day("2026-02-17")));  // Tuesday of the Spring Festival
  EXPECT_TRUE(IsWorkingDay(calendar, Day("2026-02-28")));   // make-up Saturday
  EXPECT_TRUE(IsWorkingDay(calendar, Day("2026-09-20")));   // make-up Sunday
}

TEST(WorkingCalendarTest, LetsANoticeSpeakOfTheYearBeforeIts) {
  EXPECT_FALSE(IsWorkingDay(China(), Day("2022-12-31")));
}

TEST(WorkingCalendarTest, KnowsOnlyWeekendsByDefault) {
  const WorkingCalendar weekends;

  EXPECT_EQ(RollToWorkingDay(weekends, Day("2026-01-01")), (CountedDay{Day("2026-01-01"), false}));
  EXPECT_EQ(AddWorkingDays(weekends, Day("2031-01-03"), 1), (CountedDay{Day("2031-01-06"), false}));
}

TEST(WorkingCalendarTest, CountsNothingForNoWorkingDays) {
  EXPECT_EQ(AddWorkingDays(China(), Day("2026-02-17"), 0), (CountedDay{Day("2026-02-17"), false}));
}

TEST(WorkingCalendarTest, MarksWhatIsCountedBeyondItsYearsAsProvisional) {
  const WorkingCalendar calendar = China();

  EXPECT_EQ(AddWorkingDays(calendar, Day("2026-12-30"), 1), (CountedDay{Day("2026-12-31"), false}));
  EXPECT_EQ(AddWorkingDays(calendar, Day("2026-12-31"), 1), (CountedDay{Day("2027-01-01"), true}));
  EXPECT_EQ(AddWorkingDays(calendar, Day("2022-12-29"), 1), (CountedDay{Day("2022-12-30"), true}));
  EXPECT_EQ(RollToWorkingDay(calendar, Day("2027-01-02")), (CountedDay{Day("2027-01-04"), true}));
}

TEST(WorkingCalendarTest, MarksARollThatLeavesItsYearsAsProvisional) {
  WorkingCalendar calendar = {.first_year = 2022, .last_year = 2022};  // ends on a Saturday

  EXPECT_EQ(RollToWorkingDay(calendar, Day("2022-12-31")), (CountedDay{Day("2023-01-02"), true}));
}

TEST(AddMonthsTest, TakesTheCorrespondingDayElseTheMonthsEnd) {
  EXPECT_EQ(AddMonths(Day("2026-01-31"), 1), Day("2026-02-28"));
  EXPECT_EQ(AddMonths(Day("2026-08-31"), 1), Day("2026-09-30"));
  EXPECT_EQ(AddMonths(Day("2026-02-28"), 1), Day("2026-03-28"));
  EXPECT_EQ(AddMonths(Day("2024-01-31"), 1), Day("2024-02-29"));
  EXPECT_EQ(AddMonths(Day("2025-12-31"), 2), Day("2026-02-28"));
}

TEST(AddMonthsTest, CountsYearsAsTwelveMonthsOverALeapDay) {
  EXPECT_EQ(AddMonths(Day("2024-02-29"), 36), Day("2027-02-28"));
  EXPECT_EQ(AddMonths(Day("2024-02-29"), 48), Day("2028-02-29"));
}

TEST(AddMonthsTest, GoesBackwardsToo) {
  EXPECT_EQ(AddMonths(Day("2026-03-31"), -1), Day("2026-02-28"));
  EXPECT_EQ(AddMonths(Day("2026-01-15"), -1), Day("2025-12-15"));
  EXPECT_EQ(AddMonths(Day("2026-01-15"), 0), Day("2026-01-15"));
}

TEST(AddMonthsTest, RollsToMondayInTheEuropeanMonthProfile) {
  const WorkingCalendar weekends;

  EXPECT_EQ(RollToWorkingDay(weekends, AddMonths(Day("2026-01-31"), 1)).day, Day("2026-03-02"));
  EXPECT_EQ(RollToWorkingDay(weekends, AddMonths(Day("2026-08-31"), 1)).day, Day("2026-09-30"));
  EXPECT_EQ(RollToWorkingDay(weekends, AddMonths(Day("2026-02-28"), 1)).day, Day("2026-03-30"));
}

TEST(AddMonthsTest, RollsARetentionHoldToTheLaterDay) {
  const absl::CivilDay end = AddMonths(Day("2023-11-01"), 36);

  EXPECT_EQ(end, Day("2026-11-01"));
  EXPECT_EQ(RollToWorkingDay(China(), end), (CountedDay{Day("2026-11-02"), false}));
}

TEST(EndOfDayTest, IsTheFirstInstantAfterTheDay) {
  EXPECT_EQ(EndOfDay(Day("2026-02-25"), Shanghai()), At("2026-02-26T00:00:00+08:00"));
  EXPECT_EQ(EndOfDay(Day("2025-12-31"), Shanghai()), At("2026-01-01T00:00:00+08:00"));
}

TEST(EndOfDayTest, FollowsTheSummerTimeThatChinaOnceHad) {
  // From 1986-05-04 on China was nine hours ahead of UTC.
  EXPECT_EQ(EndOfDay(Day("1986-07-01"), Shanghai()), At("1986-07-02T00:00:00+09:00"));
}

TEST(EndOfDayTest, IsTheEndOfTheGapWhereMidnightIsSkipped) {
  absl::TimeZone beirut;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Beirut", &beirut));

  EXPECT_EQ(EndOfDay(Day("2022-03-26"), beirut), At("2022-03-27T01:00:00+03:00"));
}

TEST(DayOfTest, ChangesAtMidnightOfTheZone) {
  EXPECT_EQ(DayOf(At("2026-02-28T15:59:59Z"), Shanghai()), Day("2026-02-28"));
  EXPECT_EQ(DayOf(At("2026-02-28T16:00:00Z"), Shanghai()), Day("2026-03-01"));
}

}  // namespace
}  // namespace dsr
