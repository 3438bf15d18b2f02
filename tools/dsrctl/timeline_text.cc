#include "dsrctl/timeline_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsrctl/text.h"
#include "dsrctl/timeline_chart.h"
#include "dsrctl/timeline_words.h"

namespace dsr::dsrctl {
namespace {

std::string Styled(absl::string_view text, absl::string_view style, bool colour) {
  if (!colour || style.empty() || text.empty()) return std::string(text);
  return absl::StrCat("\x1b[", style, "m", text, "\x1b[0m");
}

absl::string_view SeverityStyle(Severity severity) {
  switch (severity) {
    case Severity::kQuiet:
      return "2";
    case Severity::kPlain:
      return "";
    case Severity::kGood:
      return "32";
    case Severity::kWarning:
      return "33";
    case Severity::kAlarm:
      return "31";
  }
  return "";
}

std::string Padding(int columns) { return std::string(std::max(columns, 0), ' '); }

// What it is on the left, how it stands on the right, or beneath where the line is too short.
std::string HeadLine(const Timeline& timeline, int width, bool colour) {
  const std::string what = Printable(absl::StrCat(timeline.type, " request ",
                                                  absl::StripPrefix(timeline.name, "requests/"),
                                                  ", ", PhaseText(timeline.phase)));
  const Standing standing = StandingOf(timeline);
  const int room = width - DisplayWidth(what) - DisplayWidth(standing.text);
  return absl::StrCat(Styled(what, "1", colour), room < 2 ? "\n" : Padding(room),
                      Styled(standing.text, SeverityStyle(standing.severity), colour), "\n");
}

std::string DateLine(const Timeline& timeline, int width) {
  std::string line = absl::StrCat("received ", LocalTime(timeline.received, timeline.zone));
  if (timeline.due.has_value()) {
    absl::StrAppend(&line, ", due ", LocalTime(*timeline.due, timeline.zone), " (last day ",
                    timeline.last_day, ")");
  }
  const std::string zone = absl::StrCat("times in ", timeline.zone.name());
  const bool fits = DisplayWidth(line) + DisplayWidth(zone) + 2 <= width;
  return absl::StrCat(line, fits ? ", " : "\n", zone, "\n");
}

// The parts of a mark's line, to be aligned.
struct MarkLine {
  std::string time;
  std::string since;
  std::string what;
  std::string who;
  absl::string_view style;
};

std::vector<MarkLine> MarkLines(const Timeline& timeline) {
  std::vector<MarkLine> lines;
  const auto add = [&](absl::Time time, std::string what, std::string who,
                       absl::string_view style) {
    lines.push_back({LocalTime(time, timeline.zone), SinceReceipt(timeline, time), Printable(what),
                     Printable(who), style});
  };
  bool told_now = timeline.closed.has_value();
  for (const Mark& mark : timeline.marks) {
    if (!told_now && timeline.now < mark.time) {
      add(timeline.now, "now", "", "1");
      told_now = true;
    }
    // What is still to come may come to be otherwise.
    const bool is_past = mark.time <= timeline.now;
    add(mark.time, mark.label, mark.who, is_past ? SeverityStyle(mark.severity) : "2");
  }
  if (!told_now) add(timeline.now, "now", "", "1");
  return lines;
}

std::string MarkTable(const Timeline& timeline, int width, bool colour) {
  const std::vector<MarkLine> lines = MarkLines(timeline);
  int since_width = 0;
  int what_width = 0;
  int who_width = 0;
  for (const MarkLine& line : lines) {
    since_width = std::max(since_width, DisplayWidth(line.since));
    what_width = std::max(what_width, DisplayWidth(line.what));
    who_width = std::max(who_width, DisplayWidth(line.who));
  }
  const int time_width = lines.empty() ? 0 : DisplayWidth(lines.front().time);
  const int gaps = 6;
  // One long label does not send all names to the far right.
  what_width =
      std::min(what_width, std::max(width - time_width - since_width - who_width - gaps, 24));
  std::string text;
  for (const MarkLine& line : lines) {
    absl::StrAppend(&text, line.time, "  ", Padding(since_width - DisplayWidth(line.since)),
                    line.since, "  ", Styled(line.what, line.style, colour));
    if (!line.who.empty()) {
      absl::StrAppend(&text, Padding(what_width - DisplayWidth(line.what)), "  ",
                      Styled(line.who, "2", colour));
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string TimelineText(const Timeline& timeline, int width, bool colour) {
  width = std::clamp(width, kLeastTimelineWidth, kMostTimelineWidth);
  return absl::StrCat(HeadLine(timeline, width, colour), DateLine(timeline, width), "\n",
                      TimelineChart(timeline, width, colour), "\n",
                      MarkTable(timeline, width, colour));
}

}  // namespace dsr::dsrctl
