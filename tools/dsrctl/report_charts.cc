#include "dsrctl/report_charts.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsrctl/report_text.h"

namespace dsr::dsrctl {
namespace {

constexpr int kMostMonths = 60;
constexpr int kMostAnswerDays = 60;
constexpr int kLongestDeadline = 366;
constexpr int kMostDaysLeft = 30;
// The report sums up what lies beyond these.
constexpr int kMostReportedDays = 60;
constexpr int kMostReportedDaysLate = 30;
constexpr size_t kMostRecipients = 20;

int64_t SumOf(const std::vector<int64_t>& values) {
  int64_t sum = 0;
  for (const int64_t value : values) sum += value;
  return sum;
}

std::string HaveOrHas(int64_t count, absl::string_view word) {
  return absl::StrCat(CountOf(count, word), count == 1 ? " has" : " have");
}

}  // namespace

std::optional<BarChart> MonthsChart(const v1::SlaReport& report) {
  if (report.months().empty()) return std::nullopt;
  BarChart chart{.id = "chart-months",
                 .title = "Requests received each month",
                 .bar_title = "month of receipt",
                 .value_title = "requests received",
                 .label_steps = {1, 2, 3, 6, 12, 24},
                 .series = {{"answered in time", Fill::kTeal},
                            {"answered late", Fill::kAmber},
                            {"not answered", Fill::kGrey},
                            {"withdrawn", Fill::kViolet}}};
  const int left_out = std::max(report.months_size() - kMostMonths, 0);
  for (int i = left_out; i < report.months_size(); ++i) {
    const v1::SlaMonth& month = report.months(i);
    // The first January, so that the years can be told.
    if (chart.label_origin == 0 && absl::EndsWith(month.month(), "-01")) {
      chart.label_origin = chart.labels.size();
    }
    chart.labels.push_back(month.month());
    chart.totals.push_back(month.received());
    chart.series[0].values.push_back(month.answered_in_time());
    chart.series[1].values.push_back(month.answered_late());
    chart.series[2].values.push_back(month.unanswered());
    chart.series[3].values.push_back(month.withdrawn());
  }
  const int64_t withdrawn = SumOf(chart.series[3].values);
  if (withdrawn == 0) chart.series.pop_back();
  const auto most = std::max_element(chart.totals.begin(), chart.totals.end());
  chart.description = absl::StrCat(
      left_out > 0
          ? absl::StrCat("The last ", kMostMonths, " of ", report.months_size(), " months. ")
          : "",
      CountOf(SumOf(chart.totals), "request"),
      " received: ", CountText(SumOf(chart.series[0].values)), " answered in time, ",
      CountText(SumOf(chart.series[1].values)), " late, ", CountText(SumOf(chart.series[2].values)),
      " not answered", withdrawn > 0 ? absl::StrCat(", ", CountText(withdrawn), " withdrawn") : "",
      ". Most came in ", chart.labels[most - chart.totals.begin()], ": ", CountText(*most), ".");
  return chart;
}

std::optional<BarChart> AnswerDaysChart(const v1::SlaReport& report) {
  int last = -1;
  for (const v1::SlaAnswerDay& day : report.answer_days()) {
    if (day.in_time() > 0 || day.late() > 0) last = std::max(last, std::max(day.day(), 0));
  }
  if (last < 0) return std::nullopt;
  const int deadline = std::clamp(report.deadline_days(), 0, kLongestDeadline);
  // The columns reach the line even where no answer took so long.
  const int64_t bars = std::max(std::min(last, kMostAnswerDays), deadline) + 1;
  BarChart chart{.id = "chart-answer-days",
                 .title = "How long answers took",
                 .bar_title = "days from receipt to answer",
                 .value_title = "answers",
                 .series = {{"in time", Fill::kTeal, std::vector<int64_t>(bars)},
                            {"late", Fill::kAmber, std::vector<int64_t>(bars)}}};
  for (int64_t i = 0; i < bars; ++i) chart.labels.push_back(CountText(i));
  int64_t beyond = 0;
  for (const v1::SlaAnswerDay& day : report.answer_days()) {
    const int64_t bar = std::clamp<int64_t>(day.day(), 0, bars - 1);
    chart.series[0].values[bar] += day.in_time();
    chart.series[1].values[bar] += day.late();
    if (deadline > 0 && day.day() > deadline) beyond += day.in_time() + day.late();
  }
  std::string& label = chart.labels[std::min<int64_t>(last, bars - 1)];
  if (last >= kMostReportedDays || last >= bars) label += '+';
  chart.description =
      absl::StrCat(CountOf(SumOf(chart.series[0].values), "answer"), " came in time, ",
                   CountText(SumOf(chart.series[1].values)), " late.");
  if (deadline > 0) {
    chart.mark = BarMark{deadline + 1, CountOf(report.deadline_days(), "day")};
    absl::StrAppend(&chart.description, " ", CountText(beyond), " came after the ",
                    CountOf(report.deadline_days(), "day"), " of the deadline.");
  }
  return chart;
}

std::optional<BarChart> DaysLeftChart(const v1::SlaReport& report) {
  int first = 0;
  int last = 0;
  int64_t requests = 0;
  for (const v1::SlaDaysLeft& left : report.days_left()) {
    if (left.requests() <= 0) continue;
    requests += left.requests();
    first = std::min(first, left.days());
    last = std::max(last, left.days());
  }
  if (requests == 0) return std::nullopt;
  const bool is_open_below = first <= -std::min(kMostDaysLeft, kMostReportedDaysLate);
  const bool is_open_above = last > kMostDaysLeft || last >= kMostReportedDays;
  first = std::max(first, -kMostDaysLeft);
  last = std::min(last, kMostDaysLeft);
  const size_t bars = last - first + 1;
  BarChart chart{.id = "chart-days-left",
                 .title = "Requests without an answer, by days left",
                 .bar_title = "whole days left; less than 0 is overdue",
                 .value_title = "requests",
                 .label_origin = static_cast<size_t>(-first),
                 .series = {{"overdue", Fill::kRed, std::vector<int64_t>(bars)},
                            {"due within 3 days", Fill::kAmber, std::vector<int64_t>(bars)},
                            {"due later", Fill::kTeal, std::vector<int64_t>(bars)}},
                 .mark = BarMark{-first, "due"}};
  for (int day = first; day <= last; ++day) chart.labels.push_back(CountText(day));
  if (is_open_below) chart.labels.front() = absl::StrCat("\u2264\u00a0", chart.labels.front());
  if (is_open_above) chart.labels.back() += '+';
  for (const v1::SlaDaysLeft& left : report.days_left()) {
    const int kind = left.days() < 0 ? 0 : left.days() < 3 ? 1 : 2;
    chart.series[kind].values[std::clamp(left.days(), first, last) - first] += left.requests();
  }
  chart.description = absl::StrCat(
      HaveOrHas(requests, "request"), " no answer yet: ", CountText(SumOf(chart.series[0].values)),
      " overdue, ", CountText(SumOf(chart.series[1].values)), " due within 3 days, ",
      CountText(SumOf(chart.series[2].values)), " due later.");
  return chart;
}

std::optional<BarChart> RecipientsChart(const v1::SlaReport& report) {
  if (report.recipients().empty()) return std::nullopt;
  std::vector<const v1::SlaRecipient*> recipients;
  for (const v1::SlaRecipient& recipient : report.recipients()) recipients.push_back(&recipient);
  // Stable: those with as many notices stay in the report's order, by name.
  std::stable_sort(recipients.begin(), recipients.end(),
                   [](const auto* a, const auto* b) { return a->notices() > b->notices(); });
  BarChart chart{.id = "chart-recipients",
                 .title = "Notices by recipient",
                 .bar_title = "recipient",
                 .value_title = "notices",
                 .series = {{"completed", Fill::kTeal},
                            {"objected to", Fill::kViolet},
                            {"open", Fill::kGrey},
                            {"overdue", Fill::kRed}}};
  int64_t notices = 0;
  int64_t other = 0;
  for (size_t i = 0; i < recipients.size(); ++i) {
    const v1::SlaRecipient& recipient = *recipients[i];
    if (i <= kMostRecipients) {
      chart.labels.push_back(i < kMostRecipients
                                 ? ShortName(recipient.recipient())
                                 : CountOf(static_cast<int64_t>(recipients.size() - i), "other"));
      for (BarSeries& series : chart.series) series.values.push_back(0);
    }
    chart.series[0].values.back() += recipient.completed();
    chart.series[1].values.back() += recipient.objected();
    chart.series[2].values.back() += recipient.open();
    chart.series[3].values.back() += recipient.overdue();
    notices += recipient.notices();
    other += recipient.other();
  }
  chart.description = absl::StrCat(CountOf(notices, "notice"), " to ",
                                   CountOf(static_cast<int64_t>(recipients.size()), "recipient"),
                                   ": ", CountText(SumOf(chart.series[0].values)), " completed, ",
                                   CountText(SumOf(chart.series[1].values)), " objected to, ",
                                   CountText(SumOf(chart.series[2].values)), " open, ",
                                   CountText(SumOf(chart.series[3].values)), " overdue");
  absl::StrAppend(&chart.description,
                  other > 0 ? absl::StrCat("; ", CountText(other),
                                           " ended otherwise (exempt, cancelled, superseded or "
                                           "impossible) and are not drawn.")
                            : ".");
  return chart;
}

}  // namespace dsr::dsrctl
