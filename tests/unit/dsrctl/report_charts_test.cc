#include "dsrctl/report_charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "unit/dsrctl/sample_reports.h"

namespace dsr::dsrctl {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

void AddAnswers(v1::SlaReport& report, int day, int64_t in_time, int64_t late) {
  v1::SlaAnswerDay& answers = *report.add_answer_days();
  answers.set_day(day);
  answers.set_in_time(in_time);
  answers.set_late(late);
}

void AddLeft(v1::SlaReport& report, int days, int64_t requests) {
  v1::SlaDaysLeft& left = *report.add_days_left();
  left.set_days(days);
  left.set_requests(requests);
}

TEST(ReportChartsTest, AreNoneForAReportOfNothing) {
  EXPECT_FALSE(MonthsChart(EmptyReport()).has_value());
  EXPECT_FALSE(AnswerDaysChart(EmptyReport()).has_value());
  EXPECT_FALSE(DaysLeftChart(EmptyReport()).has_value());
  EXPECT_FALSE(RecipientsChart(EmptyReport()).has_value());
}

TEST(ReportChartsTest, AreNoneWhereEveryDayHasNothing) {
  v1::SlaReport report = EmptyReport();
  AddAnswers(report, 0, 0, 0);
  AddLeft(report, -1, 0);

  EXPECT_FALSE(AnswerDaysChart(report).has_value());
  EXPECT_FALSE(DaysLeftChart(report).has_value());
}

TEST(MonthsChartTest, StacksWhatBecameOfEachMonth) {
  const std::optional<BarChart> chart = MonthsChart(BusyReport());

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(12));
  EXPECT_EQ(chart->labels.front(), "2025-04");
  EXPECT_EQ(chart->totals.front(), 180);
  EXPECT_EQ(BarSum(*chart, 0), 180);
  EXPECT_THAT(chart->description, HasSubstr("Most came in 2026-02: 371."));
}

TEST(MonthsChartTest, ShowsTheLast60OfManyMonths) {
  v1::SlaReport report;
  for (int i = 0; i < 100; ++i) report.add_months()->set_month(absl::StrCat("month ", i));

  const std::optional<BarChart> chart = MonthsChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(60));
  EXPECT_EQ(chart->labels.front(), "month 40");
  EXPECT_THAT(chart->description, HasSubstr("The last 60 of 100 months."));
}

TEST(AnswerDaysChartTest, MarksTheEndOfTheDeadlinesLastDay) {
  v1::SlaReport report = EmptyReport();
  AddAnswers(report, 2, 7, 0);

  const std::optional<BarChart> chart = AnswerDaysChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(16));  // days 0 to 15
  ASSERT_TRUE(chart->mark.has_value());
  EXPECT_EQ(chart->mark->after, 16);
  EXPECT_EQ(chart->mark->label, "15 days");
}

TEST(AnswerDaysChartTest, HasNoMarkWhereTheDeadlineIsNotInDays) {
  v1::SlaReport report = EmptyReport();
  report.set_deadline_days(0);
  AddAnswers(report, 2, 7, 0);

  const std::optional<BarChart> chart = AnswerDaysChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_FALSE(chart->mark.has_value());
  EXPECT_THAT(chart->labels, ElementsAre("0", "1", "2"));
}

TEST(AnswerDaysChartTest, FillsDaysWithoutAnswersAndSumsUpWhatTookLonger) {
  v1::SlaReport report = EmptyReport();
  AddAnswers(report, 1, 5, 0);
  AddAnswers(report, 70, 0, 2);
  AddAnswers(report, 2000000000, 0, 3);

  const std::optional<BarChart> chart = AnswerDaysChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(61));
  EXPECT_EQ(chart->labels.back(), "60+");
  EXPECT_EQ(chart->series[0].values[0], 0);
  EXPECT_EQ(chart->series[0].values[1], 5);
  EXPECT_EQ(chart->series[1].values.back(), 5);
}

TEST(DaysLeftChartTest, MarksWhereRequestsBecomeOverdue) {
  v1::SlaReport report;
  for (const int day : {-3, -1, 0, 2, 3, 5}) AddLeft(report, day, 10 + day);

  const std::optional<BarChart> chart = DaysLeftChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels,
              ElementsAre("\u22123", "\u22122", "\u22121", "0", "1", "2", "3", "4", "5"));
  EXPECT_EQ(chart->mark->after, 3);
  EXPECT_THAT(chart->series[0].values, ElementsAre(7, 0, 9, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(chart->series[1].values, ElementsAre(0, 0, 0, 10, 0, 12, 0, 0, 0));
  EXPECT_THAT(chart->series[2].values, ElementsAre(0, 0, 0, 0, 0, 0, 13, 0, 15));
}

TEST(DaysLeftChartTest, KeepsWhatIsFarAwayInItsOuterColumns) {
  v1::SlaReport report;
  AddLeft(report, -2000000000, 2);
  AddLeft(report, 2000000000, 3);

  const std::optional<BarChart> chart = DaysLeftChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(61));
  EXPECT_EQ(chart->series[0].values.front(), 2);
  EXPECT_EQ(chart->series[2].values.back(), 3);
}

TEST(RecipientsChartTest, ShowsTheTwentyWithMostNoticesAndSumsUpTheRest) {
  v1::SlaReport report;
  for (int i = 1; i <= 22; ++i) {
    v1::SlaRecipient& recipient = *report.add_recipients();
    recipient.set_recipient(absl::StrCat("recipients/r", i));
    recipient.set_notices(i);
    recipient.set_completed(i);
  }

  const std::optional<BarChart> chart = RecipientsChart(report);

  ASSERT_TRUE(chart.has_value());
  EXPECT_THAT(chart->labels, SizeIs(21));
  EXPECT_EQ(chart->labels.front(), "r22");
  EXPECT_EQ(chart->labels.back(), "2 others");
  EXPECT_EQ(chart->series[0].values.back(), 1 + 2);
  for (const BarSeries& series : chart->series) EXPECT_THAT(series.values, SizeIs(21));
}

TEST(RecipientsChartTest, SaysHowManyNoticesAreNotDrawn) {
  v1::SlaReport report;
  v1::SlaRecipient& recipient = *report.add_recipients();
  recipient.set_recipient("recipients/bank");
  recipient.set_notices(3);
  recipient.set_other(3);

  const std::optional<BarChart> chart = RecipientsChart(report);

  ASSERT_TRUE(chart.has_value());
  for (const BarSeries& series : chart->series) EXPECT_THAT(series.values, Each(0));
  EXPECT_THAT(chart->description, HasSubstr("3 ended otherwise"));
}

}  // namespace
}  // namespace dsr::dsrctl
