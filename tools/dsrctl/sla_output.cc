#include "dsrctl/sla_output.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "dsrctl/columns.h"
#include "dsrctl/report_html.h"

namespace dsr::dsrctl {
namespace {

constexpr int kMostBreachesShown = 20;
constexpr double kSecondsADay = 86400;

std::string DimensionWord(int dimension) {
  return absl::AsciiStrToLower(
      v1::SlaDimension_Name(static_cast<v1::SlaDimension>(dimension)).substr(14));
}

std::string Days(int64_t seconds) {
  return absl::StrFormat("%.1f", static_cast<double>(seconds) / kSecondsADay);
}

std::vector<Column> GroupColumns(const v1::SlaReport& report, bool for_people) {
  std::vector<Column> columns;
  for (const int dimension : report.group_by()) columns.push_back({DimensionWord(dimension), ""});
  if (columns.empty()) columns.push_back({"type", ""});
  const std::vector<Column> counts = ParseColumns(
      for_people
          ? "received,verified,in_time,late,open,overdue,due_1d,due_3d,due_7d,breached,refused,"
            "withdrawn,repeats,median_d,p90_d,p95_d,max_d"
          : "received,verified,answered_in_time,answered_late,open,overdue,due_in_1_day,"
            "due_in_3_days,due_in_7_days,breached,refused,not_verified,withdrawn,repeats,extended,"
            "answered_by_target,fees_quoted,fees_paid,fees_waived,fees_unpaid,"
            "median_answer_seconds,p90_answer_seconds,p95_answer_seconds,max_answer_seconds");
  columns.insert(columns.end(), counts.begin(), counts.end());
  return columns;
}

std::vector<int64_t> Counts(const v1::SlaGroup& group, bool for_people) {
  std::vector<int64_t> counts = {group.received(),      group.verified(), group.answered_in_time(),
                                 group.answered_late(), group.open(),     group.overdue(),
                                 group.due_in_1_day(),  group.due_soon(), group.due_in_7_days(),
                                 group.breached(),      group.refused()};
  if (!for_people) counts.push_back(group.not_verified());
  counts.insert(counts.end(), {group.withdrawn(), group.repeats()});
  if (!for_people) {
    counts.insert(counts.end(), {group.extended(), group.answered_by_target(), group.fees_quoted(),
                                 group.fees_paid(), group.fees_waived(), group.fees_unpaid()});
  }
  return counts;
}

std::vector<std::string> Cells(const v1::SlaGroup& group, std::vector<std::string> cells,
                               bool for_people) {
  for (const int64_t count : Counts(group, for_people)) cells.push_back(absl::StrCat(count));
  for (const int64_t seconds : {group.median_answer_seconds(), group.p90_answer_seconds(),
                                group.p95_answer_seconds(), group.max_answer_seconds()}) {
    cells.push_back(for_people ? Days(seconds) : absl::StrCat(seconds));
  }
  return cells;
}

void PrintGroups(Output& output, const v1::SlaReport& report) {
  const bool for_people = output.format() == Format::kTable;
  output.BeginList(GroupColumns(report, for_people));
  for (const v1::SlaGroup& group : report.groups()) {
    std::vector<std::string> keys(group.keys().begin(), group.keys().end());
    if (keys.empty()) keys.push_back(group.type());
    output.ListRecord(Cells(group, std::move(keys), for_people),
                      group.overdue() > 0 ? Emphasis::kAlarm : Emphasis::kNone);
  }
  std::vector<std::string> total(static_cast<size_t>(std::max(report.group_by_size(), 1)), "");
  total[0] = "total";
  output.ListRecord(Cells(report.total(), std::move(total), for_people));
  output.EndList();
}

void PrintLines(Output& output, const v1::SlaReport& report) {
  output.BeginList(ColumnsOf(*v1::SlaLine::descriptor()));
  for (const v1::SlaLine& line : report.lines()) output.ListItem(line);
  output.EndList();
}

void PrintBreaches(Output& output, const v1::SlaReport& report) {
  if (report.breaches().empty()) return;
  output.Raw(absl::StrCat("\n", report.total().breached(), " breached, latest first",
                          report.breaches_size() > kMostBreachesShown
                              ? absl::StrCat("; the first ", kMostBreachesShown)
                              : "",
                          ":\n"));
  output.BeginList(ColumnsOf(*v1::SlaBreach::descriptor()));
  for (int i = 0; i < std::min(report.breaches_size(), kMostBreachesShown); ++i)
    output.ListItem(report.breaches(i));
  output.EndList();
}

void PrintRecipients(Output& output, const v1::SlaReport& report) {
  if (report.recipients().empty()) return;
  output.Raw("\nRecipients of notices:\n");
  output.BeginList(
      ParseColumns("recipient,notices,completed,objected,open,overdue_notices,late,other,"
                   "median_ack_d,median_done_d,p90_done_d,max_done_d"));
  for (const v1::SlaRecipient& line : report.recipients()) {
    output.ListRecord(
        {line.recipient(), absl::StrCat(line.notices()), absl::StrCat(line.completed()),
         absl::StrCat(line.objected()), absl::StrCat(line.open()), absl::StrCat(line.overdue()),
         absl::StrCat(line.late()), absl::StrCat(line.other()),
         Days(line.median_acknowledge_seconds()), Days(line.median_complete_seconds()),
         Days(line.p90_complete_seconds()), Days(line.max_complete_seconds())},
        line.overdue() > 0 ? Emphasis::kAlarm : Emphasis::kNone);
  }
  output.EndList();
}

std::string OutcomesText(const v1::YearlyType& type) {
  std::vector<std::string> parts;
  for (const v1::OutcomeCount& count : type.outcomes()) {
    parts.push_back(absl::StrCat(absl::AsciiStrToLower(v1::Outcome_Name(count.outcome()).substr(8)),
                                 ": ", count.requests()));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

void PrintSlaReport(Output& output, const v1::SlaReport& report, bool with_requests) {
  switch (output.format()) {
    case Format::kJson:
    case Format::kJsonl:
      return output.Item(report);
    case Format::kHtml:
      return output.Raw(SlaReportHtml(report));
    case Format::kCsv:
      return with_requests ? PrintLines(output, report) : PrintGroups(output, report);
    default:
      break;
  }
  PrintGroups(output, report);
  PrintBreaches(output, report);
  PrintRecipients(output, report);
  if (!with_requests) return;
  output.Raw("\n");
  PrintLines(output, report);
}

void PrintYearlyReport(Output& output, const v1::YearlyReport& report) {
  if (output.is_json()) return output.Item(report);
  output.BeginList(
      ParseColumns("type,received,answered_in_time,unanswered,median_answer_days,outcomes"));
  const auto print = [&](const v1::YearlyType& type, const std::string& name) {
    output.ListRecord({name, absl::StrCat(type.received()), absl::StrCat(type.answered_in_time()),
                       absl::StrCat(type.unanswered()), absl::StrCat(type.median_answer_days()),
                       OutcomesText(type)});
  };
  for (const v1::YearlyType& type : report.types()) print(type, type.type());
  print(report.total(), "total");
  output.EndList();
}

}  // namespace dsr::dsrctl
