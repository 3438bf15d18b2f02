#include "dsrctl/report_tiles.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/html.h"
#include "dsrctl/report_text.h"

namespace dsr::dsrctl {
namespace {

struct Tile {
  std::string title;
  std::string figure;
  std::string unit;
  std::string note;
  // A class of the style sheet: good, warn, bad, or none.
  absl::string_view look;
};

std::string TileHtml(const Tile& tile) {
  return absl::StrCat(
      "<div class=\"tile", tile.look.empty() ? "" : " ", tile.look, "\"><dt>",
      EscapeHtml(tile.title), "</dt><dd class=\"figure\">", EscapeHtml(tile.figure),
      tile.unit.empty() ? "" : absl::StrCat(" <small>", EscapeHtml(tile.unit), "</small>"), "</dd>",
      tile.note.empty() ? "" : absl::StrCat("<dd class=\"note\">", EscapeHtml(tile.note), "</dd>"),
      "</div>\n");
}

std::string RowHtml(absl::string_view title, const std::vector<Tile>& tiles) {
  std::string html = absl::StrCat("<h3>", EscapeHtml(title), "</h3>\n<dl class=\"tiles\">\n");
  for (const Tile& tile : tiles) absl::StrAppend(&html, TileHtml(tile));
  absl::StrAppend(&html, "</dl>\n");
  return html;
}

Tile TimeTile(absl::string_view title, int64_t seconds, bool is_answered) {
  return {std::string(title), is_answered ? DaysText(seconds) : "\u2013", is_answered ? "days" : "",
          is_answered ? "" : "no answer yet", ""};
}

absl::string_view LookIf(int64_t count, absl::string_view look) { return count > 0 ? look : ""; }

}  // namespace

std::string Summary(const v1::SlaReport& report) {
  const v1::SlaGroup& total = report.total();
  const int64_t answered = total.answered_in_time() + total.answered_late();
  if (total.received() == 0) return "No request was received in this span.";
  std::string text = absl::StrCat(CountOf(total.received(), "request"),
                                  total.received() == 1 ? " was" : " were", " received. ");
  if (answered == 0) {
    absl::StrAppend(&text, "None is answered yet.");
  } else {
    absl::StrAppend(&text, CountText(answered), answered == 1 ? " is" : " are", " answered, ",
                    PercentText(total.answered_in_time(), answered), " of them in time.");
  }
  if (total.overdue() > 0) {
    absl::StrAppend(&text, " ", CountText(total.overdue()), total.overdue() == 1 ? " is" : " are",
                    " overdue without an answer.");
  } else {
    absl::StrAppend(&text, " None is overdue.");
  }
  return text;
}

std::string TilesHtml(const v1::SlaReport& report) {
  const v1::SlaGroup& total = report.total();
  const int64_t answered = total.answered_in_time() + total.answered_late();
  return absl::StrCat(
      RowHtml("Received and answered",
              {{"Received", CountText(total.received()), "", "", ""},
               {"Answered in time", CountText(total.answered_in_time()), "",
                answered > 0 ? absl::StrCat(PercentText(total.answered_in_time(), answered), " of ",
                                            CountOf(answered, "answer"))
                             : "no answer yet",
                LookIf(total.answered_in_time(), "good")},
               {"Answered late", CountText(total.answered_late()), "",
                total.answered_late() > 0 ? "at or after the due time" : "",
                LookIf(total.answered_late(), "warn")},
               {"Breached", CountText(total.breached()), "",
                total.breached() > 0 ? "not answered when due" : "no deadline was missed",
                LookIf(total.breached(), "bad")}}),
      RowHtml(
          "Not answered yet",
          {{"Open", CountText(total.open()), "", "not yet due", ""},
           {"Due in 1 day", CountText(total.due_in_1_day()), "",
            total.due_in_1_day() > 0 ? "answer today" : "", LookIf(total.due_in_1_day(), "warn")},
           {"Due in 3 days", CountText(total.due_soon()), "", "", ""},
           {"Due in 7 days", CountText(total.due_in_7_days()), "", "", ""},
           {"Overdue", CountText(total.overdue()), "", total.overdue() > 0 ? "answer at once" : "",
            LookIf(total.overdue(), "bad")}}),
      RowHtml("Time from receipt to answer",
              {TimeTile("Median", total.median_answer_seconds(), answered > 0),
               TimeTile("9 of 10 within (p90)", total.p90_answer_seconds(), answered > 0),
               TimeTile("19 of 20 within (p95)", total.p95_answer_seconds(), answered > 0),
               TimeTile("Longest", total.max_answer_seconds(), answered > 0)}));
}

}  // namespace dsr::dsrctl
