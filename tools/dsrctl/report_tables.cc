#include "dsrctl/report_tables.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "dsr/base/proto_time.h"
#include "dsrctl/html_table.h"
#include "dsrctl/report_text.h"

namespace dsr::dsrctl {
namespace {

using ColumnKind = HtmlTable::Kind;
using CellTexts = std::vector<std::string>;

constexpr char kNoFigure[] = "\u2013";

// Returns what requests are grouped by, at least one.
CellTexts DimensionsOf(const v1::SlaReport& report) {
  CellTexts names;
  for (const int dimension : report.group_by()) {
    names.push_back(EnumValueWords(*v1::SlaDimension_descriptor(), dimension, "group"));
  }
  if (names.empty()) names.push_back("type");
  return names;
}

// Returns a column for each dimension, and then one for each of `figures`.
std::vector<HtmlTable::Column> GroupHtmlColumns(const v1::SlaReport& report,
                                                const CellTexts& figures) {
  std::vector<HtmlTable::Column> columns;
  for (const std::string& name : DimensionsOf(report)) {
    columns.push_back({Capitalised(name), ColumnKind::kId});
  }
  for (const std::string& title : figures) columns.push_back({title});
  return columns;
}

// Returns the cells that name a group, one for each dimension.
CellTexts KeyCells(const v1::SlaReport& report, const v1::SlaGroup& group) {
  CellTexts cells(group.keys().begin(), group.keys().end());
  if (cells.empty()) cells.push_back(group.type());
  cells.resize(DimensionsOf(report).size());
  return cells;
}

CellTexts TotalCells(const v1::SlaReport& report) {
  CellTexts cells = {"All"};
  cells.resize(DimensionsOf(report).size());
  return cells;
}

CellTexts Joined(CellTexts cells, const CellTexts& more) {
  cells.insert(cells.end(), more.begin(), more.end());
  return cells;
}

// Returns a row for each group and one for all, with what `figures` makes of each.
template <typename Figures>
std::string GroupTable(const v1::SlaReport& report, absl::string_view caption,
                       const CellTexts& titles, const Figures& figures,
                       bool (*has_row)(const v1::SlaGroup&), absl::string_view none) {
  HtmlTable table(caption, GroupHtmlColumns(report, titles));
  if (!has_row(report.total())) return table.Html(none);
  for (const v1::SlaGroup& group : report.groups()) {
    if (has_row(group)) table.AddRow(Joined(KeyCells(report, group), figures(group)));
  }
  table.AddTotal(Joined(TotalCells(report), figures(report.total())));
  return table.Html(none);
}

int64_t AnsweredOf(const v1::SlaGroup& group) {
  return group.answered_in_time() + group.answered_late();
}

bool WasReceived(const v1::SlaGroup& group) { return group.received() > 0; }

std::string TimeCell(int64_t seconds, bool is_known) {
  return is_known ? DurationText(seconds) : kNoFigure;
}

std::string LatenessCell(const v1::SlaReport& report, const v1::SlaBreach& breach) {
  const absl::Time end =
      FromTimestamp(breach.has_response_time() ? breach.response_time() : report.as_of_time());
  const std::string late =
      DurationText(absl::ToInt64Seconds(end - FromTimestamp(breach.due_time())));
  return breach.has_response_time() ? late : absl::StrCat("still open: ", late);
}

}  // namespace

std::string GroupedBy(const v1::SlaReport& report) {
  const CellTexts names = DimensionsOf(report);
  const std::string first = absl::StrJoin(names.begin(), names.end() - 1, ", ");
  return first.empty() ? names.back() : absl::StrCat(first, " and ", names.back());
}

std::string DeadlinesTable(const v1::SlaReport& report) {
  return GroupTable(
      report, absl::StrCat("Deadlines kept, by ", GroupedBy(report)),
      {"Received", "In time", "Of the answers", "Late", "Not yet due", "Due in 1 day",
       "Due in 3 days", "Due in 7 days", "Overdue", "Breached"},
      [](const v1::SlaGroup& group) {
        return CellTexts{CountText(group.received()),
                         CountText(group.answered_in_time()),
                         PercentText(group.answered_in_time(), AnsweredOf(group)),
                         CountText(group.answered_late()),
                         CountText(group.open()),
                         CountText(group.due_in_1_day()),
                         CountText(group.due_soon()),
                         CountText(group.due_in_7_days()),
                         CountText(group.overdue()),
                         CountText(group.breached())};
      },
      WasReceived, "No request was received.");
}

std::string OutcomesTable(const v1::SlaReport& report) {
  return GroupTable(
      report, absl::StrCat("Answer times and outcomes, by ", GroupedBy(report)),
      {"Median", "9 of 10 within", "19 of 20 within", "Longest", "Within own target", "Verified",
       "Not verified", "Refused", "Withdrawn", "Repeats", "Extended"},
      [&report](const v1::SlaGroup& group) {
        const bool is_answered = AnsweredOf(group) > 0;
        const bool has_target = report.total().answered_by_target() > 0;
        return CellTexts{TimeCell(group.median_answer_seconds(), is_answered),
                         TimeCell(group.p90_answer_seconds(), is_answered),
                         TimeCell(group.p95_answer_seconds(), is_answered),
                         TimeCell(group.max_answer_seconds(), is_answered),
                         has_target ? CountText(group.answered_by_target()) : kNoFigure,
                         CountText(group.verified()),
                         CountText(group.not_verified()),
                         CountText(group.refused()),
                         CountText(group.withdrawn()),
                         CountText(group.repeats()),
                         CountText(group.extended())};
      },
      WasReceived, "No request was received.");
}

std::string PhasesTable(const v1::SlaReport& report) {
  HtmlTable table("Time in each phase before the answer",
                  {{"Phase", ColumnKind::kText}, {"Requests"}, {"Mean"}, {"Longest"}});
  for (const v1::SlaPhase& phase : report.total().phases()) {
    table.AddRow({Capitalised(EnumValueWords(*v1::Phase_descriptor(), phase.phase(), "not known")),
                  CountText(phase.requests()), DurationText(phase.mean_seconds()),
                  DurationText(phase.max_seconds())});
  }
  return table.Html("No request has spent time in a phase yet.");
}

std::string GroundsTable(const v1::SlaReport& report) {
  HtmlTable table("Refusals by ground",
                  {{"Ground", ColumnKind::kText}, {"Refusals"}, {"Of the refusals"}});
  int64_t all = 0;
  for (const v1::SlaGround& ground : report.total().grounds()) all += ground.refusals();
  for (const v1::SlaGround& ground : report.total().grounds()) {
    table.AddRow(
        {Capitalised(EnumValueWords(*v1::RefusalGround_descriptor(), ground.ground(), "not given")),
         CountText(ground.refusals()), PercentText(ground.refusals(), all)});
  }
  return table.Html("No request was refused.");
}

std::string FeesTable(const v1::SlaReport& report) {
  return GroupTable(
      report, absl::StrCat("Fees, by ", GroupedBy(report)),
      {"Quoted", "Paid", "Waived", "Declined or not paid", "Outstanding"},
      [](const v1::SlaGroup& group) {
        const int64_t ended = group.fees_paid() + group.fees_waived() + group.fees_unpaid();
        return CellTexts{CountText(group.fees_quoted()), CountText(group.fees_paid()),
                         CountText(group.fees_waived()), CountText(group.fees_unpaid()),
                         CountText(std::max<int64_t>(group.fees_quoted() - ended, 0))};
      },
      [](const v1::SlaGroup& group) { return group.fees_quoted() > 0; }, "No fee was quoted.");
}

std::string CausesTable(const v1::SlaReport& report) {
  HtmlTable table("Breaches by what was waited for",
                  {{"Cause", ColumnKind::kText}, {"Breaches"}, {"Of the breaches"}});
  int64_t all = 0;
  for (const v1::SlaCause& cause : report.causes()) all += cause.breaches();
  for (const v1::SlaCause& cause : report.causes()) {
    table.AddRow(
        {Capitalised(EnumValueWords(*v1::BreachCause_descriptor(), cause.cause(), "not recorded")),
         CountText(cause.breaches()), PercentText(cause.breaches(), all)});
  }
  return table.Html("No deadline was breached.");
}

std::string BreachesTable(const v1::SlaReport& report) {
  const int64_t all = report.total().breached();
  const int64_t listed = report.breaches_size();
  HtmlTable table(listed < all ? absl::StrCat("The latest ", CountText(listed), " of ",
                                              CountText(all), " breaches, latest due time first")
                               : "Every breach, latest due time first",
                  {{"Request", ColumnKind::kId},
                   {"Type", ColumnKind::kId},
                   {"Worked on by", ColumnKind::kId},
                   {"Due", ColumnKind::kWhen},
                   {"Answered", ColumnKind::kWhen},
                   {"How late"},
                   {"Waited for", ColumnKind::kText},
                   {"Data systems", ColumnKind::kId}});
  for (const v1::SlaBreach& breach : report.breaches()) {
    CellTexts systems;
    for (const std::string& system : breach.systems()) systems.push_back(ShortName(system));
    table.AddRow({ShortName(breach.request()), breach.type(),
                  breach.owner().empty() ? "nobody" : breach.owner(),
                  InstantText(breach.due_time()),
                  breach.has_response_time() ? InstantText(breach.response_time()) : "not yet",
                  LatenessCell(report, breach),
                  EnumValueWords(*v1::BreachCause_descriptor(), breach.cause(), "not recorded"),
                  systems.empty() ? kNoFigure : absl::StrJoin(systems, ", ")});
  }
  return table.Html(all > 0 ? absl::StrCat(CountText(all), " breached; the report lists none.")
                            : "No breach is listed.");
}

std::string RecipientsTable(const v1::SlaReport& report) {
  HtmlTable table("Recipients of notices: what they did and how long they took",
                  {{"Recipient", ColumnKind::kId},
                   {"Notices"},
                   {"Completed"},
                   {"Late"},
                   {"Objected to"},
                   {"Open"},
                   {"Overdue"},
                   {"Other end"},
                   {"Median to acknowledge"},
                   {"Median to complete"},
                   {"9 of 10 within"},
                   {"Longest"}});
  for (const v1::SlaRecipient& recipient : report.recipients()) {
    const bool is_completed = recipient.completed() > 0;
    table.AddRow({ShortName(recipient.recipient()), CountText(recipient.notices()),
                  CountText(recipient.completed()), CountText(recipient.late()),
                  CountText(recipient.objected()), CountText(recipient.open()),
                  CountText(recipient.overdue()), CountText(recipient.other()),
                  TimeCell(recipient.median_acknowledge_seconds(),
                           recipient.median_acknowledge_seconds() > 0),
                  TimeCell(recipient.median_complete_seconds(), is_completed),
                  TimeCell(recipient.p90_complete_seconds(), is_completed),
                  TimeCell(recipient.max_complete_seconds(), is_completed)});
  }
  return table.Html("No notice was sent to a recipient.");
}

}  // namespace dsr::dsrctl
