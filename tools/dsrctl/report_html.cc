#include "dsrctl/report_html.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/html.h"
#include "dsrctl/html_table.h"
#include "dsrctl/report_charts.h"
#include "dsrctl/report_style.h"
#include "dsrctl/report_tables.h"
#include "dsrctl/report_text.h"
#include "dsrctl/report_tiles.h"

namespace dsr::dsrctl {
namespace {

std::string HeadingHtml(absl::string_view text) {
  return absl::StrCat("<h2>", EscapeHtml(text), "</h2>\n");
}

// Returns what a chart shows as a table, for those who cannot see it or want the exact figures.
std::string FiguresHtml(const BarChart& chart) {
  std::vector<HtmlTable::Column> columns = {{Capitalised(chart.bar_title), HtmlTable::Kind::kId}};
  for (const BarSeries& series : chart.series) columns.push_back({Capitalised(series.name)});
  HtmlTable table(chart.title, columns);
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    std::vector<std::string> cells = {chart.labels[i]};
    for (const BarSeries& series : chart.series) cells.push_back(CountText(series.values[i]));
    table.AddRow(cells);
  }
  return absl::StrCat("<details><summary>The figures of this chart</summary>\n", table.Html(""),
                      "</details>\n");
}

std::string FigureHtml(const std::optional<BarChart>& chart, std::string (*draw)(const BarChart&),
                       absl::string_view none) {
  if (!chart.has_value()) return NothingHtml(none);
  return absl::StrCat("<figure>\n<figcaption>", EscapeHtml(chart->description),
                      "</figcaption>\n<div class=\"wide\">\n", draw(*chart), "</div>\n",
                      FiguresHtml(*chart), "</figure>\n");
}

std::string FactHtml(absl::string_view name, absl::string_view value) {
  return absl::StrCat("<div><dt>", EscapeHtml(name), "</dt><dd>", EscapeHtml(value),
                      "</dd></div>\n");
}

std::string HeaderHtml(const v1::SlaReport& report) {
  const std::string as_of = InstantText(report.as_of_time());
  std::string facts = absl::StrCat(
      FactHtml("Received from",
               report.has_from_time() ? InstantText(report.from_time()) : "the beginning"),
      FactHtml("up to", report.has_to_time() ? InstantText(report.to_time()) : as_of),
      FactHtml("As things stood at", as_of));
  if (report.deadline_days() > 0) {
    absl::StrAppend(&facts, FactHtml("Deadline", CountOf(report.deadline_days(), "day")));
  }
  if (!report.time_zone().empty()) {
    absl::StrAppend(&facts, FactHtml("Days and months in", report.time_zone()));
  }
  return absl::StrCat("<header>\n<h1>Data subject requests: how deadlines were kept</h1>\n",
                      "<dl class=\"facts\">\n", facts, "</dl>\n</header>\n");
}

std::string ChartsHtml(const v1::SlaReport& report) {
  return absl::StrCat(
      HeadingHtml("Requests received each month"),
      FigureHtml(MonthsChart(report), ColumnChartSvg, "No request was received in any month."),
      HeadingHtml("How long answers took"),
      FigureHtml(AnswerDaysChart(report), ColumnChartSvg, "No request has been answered yet."),
      HeadingHtml("Requests without an answer, by days left"),
      FigureHtml(DaysLeftChart(report), ColumnChartSvg, "No request waits for an answer."));
}

std::string TablesHtml(const v1::SlaReport& report) {
  return absl::StrCat(
      HeadingHtml(absl::StrCat("By ", GroupedBy(report))), DeadlinesTable(report),
      report.total().received() > 0 ? OutcomesTable(report) : "",
      HeadingHtml("Phases, refusals and fees"), "<div class=\"pair\">\n<div>\n",
      PhasesTable(report), "</div>\n<div>\n", GroundsTable(report), "</div>\n</div>\n",
      FeesTable(report), HeadingHtml("Breaches"), CausesTable(report),
      report.total().breached() > 0 || report.breaches_size() > 0 ? BreachesTable(report) : "",
      HeadingHtml("Recipients of notices"),
      FigureHtml(RecipientsChart(report), RowChartSvg, "No notice was made in this span."),
      report.recipients_size() > 0 ? RecipientsTable(report) : "");
}

constexpr char kReportNotes[] =
    "<footer>\n<p>In time means answered before the due time, late means answered at or after it. "
    "A deadline is breached when its due time passed without an answer, whatever came after. "
    "Shares of answers are rounded down. Times are in minutes (min), hours (h) and days of 24 "
    "hours (d). Instants are in UTC.</p>\n</footer>\n";

}  // namespace

std::string SlaReportHtml(const v1::SlaReport& report) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>Deadline report as of ",
      EscapeHtml(InstantText(report.as_of_time())), "</title>\n<style>", kReportStyle,
      "</style>\n</head>\n<body>\n<main>\n", HeaderHtml(report), "<p class=\"lead\">",
      EscapeHtml(Summary(report)), "</p>\n", TilesHtml(report), ChartsHtml(report),
      TablesHtml(report), kReportNotes, "</main>\n</body>\n</html>\n");
}

}  // namespace dsr::dsrctl
