#include "dsrctl/timeline_svg.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsrctl/timeline_flags.h"
#include "dsrctl/timeline_layout.h"
#include "dsrctl/timeline_palette.h"
#include "dsrctl/timeline_scale.h"
#include "dsrctl/timeline_shapes.h"
#include "dsrctl/timeline_words.h"

namespace dsr::dsrctl {
namespace {

using Layout = TimelineLayout;

// Beneath the names of the phases.
constexpr double kPauseHeight = 8;
constexpr int kMostTicks = 9;
constexpr int kMostMidnights = 120;

class TimelineDrawing {
 public:
  explicit TimelineDrawing(const Timeline& timeline) : timeline_(timeline), layout_(timeline) {}

  std::string Draw();

 private:
  void DrawHead();
  void DrawFacts();
  void DrawShades();
  void DrawAxis();
  void DrawPoles();
  void DrawBand();
  void DrawPhaseNames();
  void DrawBreak();
  void DrawLabels();
  void DrawRow(const Layout::Row& row);
  void DrawLegend();
  std::string Description() const;

  double X(absl::Time time) const { return layout_.X(time); }
  std::string Local(absl::Time time) const { return LocalTime(time, timeline_.zone); }
  // Of a pole, or of a label's base line.
  double LaneBottom(const PlacedFlag& flag) const {
    return layout_.lanes_bottom() - flag.lane * Layout::kLaneHeight;
  }

  const Timeline& timeline_;
  const Layout layout_;
  TimelineShapes shapes_;
};

void TimelineDrawing::DrawHead() {
  shapes_.Text(Layout::kMargin, 38, absl::StrCat(timeline_.type, " request"),
               {.size = 22, .colour = TimelineInk::kText, .bold = true});
  shapes_.Text(Layout::kMargin, 58,
               absl::StrCat(absl::StripPrefix(timeline_.name, "requests/"), " \u00b7 ",
                            PhaseText(timeline_.phase), " \u00b7 times in ", timeline_.zone.name(),
                            " \u00b7 as of ", Local(timeline_.now)),
               {.colour = TimelineInk::kGrey});
  const Standing standing = StandingOf(timeline_);
  const double width = EstimatedWidth(standing.text, 13) + 28;
  const double left = Layout::kPageWidth - Layout::kMargin - width;
  const bool is_open = standing.severity == Severity::kPlain && !timeline_.closed.has_value();
  shapes_.Rect(left, 18, width, 28, is_open ? TimelineInk::kNow : SeverityInk(standing.severity),
               14);
  shapes_.Text(left + width / 2, 36.5, standing.text,
               {.size = 13, .colour = "#ffffff", .anchor = "middle", .bold = true});
  shapes_.Line(Layout::kMargin, 68, Layout::kPageWidth - Layout::kMargin, 68, TimelineInk::kPale,
               1);
}

void TimelineDrawing::DrawFacts() {
  double y = Layout::kHeadBottom + 12;
  for (const Layout::Fact& fact : layout_.facts()) {
    shapes_.Text(Layout::kMargin, y, fact.name, {.colour = TimelineInk::kGrey});
    shapes_.Text(Layout::kMargin + 72, y, fact.value,
                 {.colour = fact.ink, .bold = fact.name == "due", .struck = fact.struck});
    y += Layout::kFactHeight;
  }
}

void TimelineDrawing::DrawShades() {
  if (!timeline_.late.has_value()) return;
  const double begin = X(timeline_.late->begin);
  const double width = X(timeline_.late->end) - begin;
  shapes_.Rect(begin, layout_.lanes_bottom(), width, layout_.rows_bottom() - layout_.lanes_bottom(),
               TimelineInk::kLate);
}

void TimelineDrawing::DrawAxis() {
  const double y = layout_.band_bottom();
  for (const double at : layout_.scale().Midnights(kMostMidnights))
    shapes_.Line(Layout::AxisX(at), y, Layout::AxisX(at), y + 4, "#9aa5b1", 0.6);
  for (const TimeScale::Tick& tick : layout_.scale().Ticks(kMostTicks)) {
    const double x = Layout::AxisX(tick.at);
    shapes_.Line(x, y, x, layout_.rows_bottom(), "#e9edf1", 1);
    shapes_.Line(x, y, x, y + 7, TimelineInk::kGrey, 1);
  }
  shapes_.Line(Layout::kChartLeft, y, Layout::kChartRight, y, TimelineInk::kGrey, 1);
}

void TimelineDrawing::DrawPoles() {
  // The due time last: what stands on the same place does not hide it.
  for (auto flag = layout_.flags().rbegin(); flag != layout_.flags().rend(); ++flag) {
    const FlagInk ink = InkOf(flag->flag.kind, timeline_.late.has_value());
    const double top = LaneBottom(*flag) - Layout::kLaneHeight + 3;
    shapes_.Line(flag->pole, top, flag->pole, layout_.rows_bottom(), ink.colour, ink.width,
                 ink.dash);
  }
}

void TimelineDrawing::DrawLabels() {
  for (const TimeScale::Tick& tick : layout_.scale().Ticks(kMostTicks)) {
    shapes_.Text(Layout::AxisX(tick.at), layout_.band_bottom() + 18, tick.label,
                 {.size = 10, .colour = TimelineInk::kGrey, .anchor = "middle", .halo = true});
  }
  for (const PlacedFlag& flag : layout_.flags()) {
    const double y = LaneBottom(flag) - 4;
    const FlagInk ink = InkOf(flag.flag.kind, timeline_.late.has_value());
    shapes_.Text(flag.is_left_of_pole ? flag.left + flag.width : flag.left, y, flag.flag.label,
                 {.colour = ink.colour,
                  .anchor = flag.is_left_of_pole ? "end" : "start",
                  .bold = flag.flag.kind == FlagKind::kDue,
                  .struck = flag.flag.kind == FlagKind::kReplacedDue,
                  .halo = true});
  }
}

void TimelineDrawing::DrawBand() {
  shapes_.Rect(Layout::kChartLeft, layout_.band_top(), Layout::kChartRight - Layout::kChartLeft,
               Layout::kBandHeight, "#f5f7f9");
  if (timeline_.received < timeline_.filed) {
    const double x = X(timeline_.received);
    const double width = X(timeline_.filed) - x;
    shapes_.Rect(x, layout_.band_top() + Layout::kBandHeight / 2 - 1, width, 2, "#9aa5b1");
    if (const std::string text = "not filed yet"; width > EstimatedWidth(text, 10.5) + 10) {
      shapes_.Text(x + width / 2, layout_.band_top() + 18, text,
                   {.size = 10.5, .colour = TimelineInk::kGrey, .anchor = "middle", .halo = true});
    }
  }
  // The last first: the shortest phase is seen, in front of the one that follows it.
  for (auto span = timeline_.phases.rbegin(); span != timeline_.phases.rend(); ++span) {
    const double x = X(span->begin);
    const double width = std::max(X(span->end) - x, 2.0);
    shapes_.Rect(x, layout_.band_top(), width, Layout::kBandHeight, PhaseFill(span->phase));
    shapes_.Line(x, layout_.band_top(), x, layout_.band_bottom(), "#ffffff", 1);
  }
  for (const TimeSpan& pause : timeline_.pauses) {
    const double x = X(pause.begin);
    shapes_.Rect(x, layout_.band_bottom() - kPauseHeight, std::max(X(pause.end) - x, 1.5),
                 kPauseHeight, kStripes);
  }
}

void TimelineDrawing::DrawPhaseNames() {
  for (const PhaseSpan& span : timeline_.phases) {
    const std::string text = PhaseText(span.phase);
    // Up to the break the bar is whole.
    const double end =
        layout_.scale().is_broken() && X(span.end) > Layout::AxisX(TimeScale::kBreakBegin)
            ? Layout::AxisX(TimeScale::kBreakBegin)
            : X(span.end);
    if (end - X(span.begin) < EstimatedWidth(text, 11) + 6) continue;
    shapes_.Text((X(span.begin) + end) / 2, layout_.band_top() + 16.5, text,
                 {.size = 11, .colour = TimelineInk::kText, .anchor = "middle"});
  }
}

void TimelineDrawing::DrawBreak() {
  if (!layout_.scale().is_broken()) return;
  const double begin = Layout::AxisX(TimeScale::kBreakBegin) + 3;
  const double end = Layout::AxisX(TimeScale::kBreakEnd) - 3;
  shapes_.Rect(begin, layout_.band_top() - 1, end - begin, Layout::kBandHeight + 3, "#ffffff");
  const double middle = (begin + end) / 2;
  for (const double x : {middle - 4, middle + 2})
    shapes_.Line(x - 2, layout_.band_bottom() + 4, x + 4, layout_.band_top() - 4,
                 TimelineInk::kGrey, 1.4);
}

void TimelineDrawing::DrawRow(const Layout::Row& row) {
  const Mark& mark = *row.mark;
  const bool is_future = timeline_.now < mark.time;
  const absl::string_view ink = is_future ? TimelineInk::kGrey : SeverityInk(mark.severity);
  const double base = row.top + 12;
  const double middle = base - 4;
  const double x = X(mark.time);
  shapes_.Text(Layout::kMargin, base, Local(mark.time), {.colour = ink});
  shapes_.Text(Layout::kSinceRight, base, SinceReceipt(timeline_, mark.time),
               {.colour = TimelineInk::kGrey, .anchor = "end"});
  double y = base;
  for (const std::string& line : row.lines) {
    shapes_.Text(Layout::kWhatLeft, y, line,
                 {.colour = ink, .bold = mark.severity == Severity::kAlarm});
    y += Layout::kLineHeight;
  }
  const double text_end =
      Layout::kWhatLeft + EstimatedWidth(row.lines.front(), TextLook().size) + 6;
  shapes_.Line(std::min(text_end, Layout::kChartLeft), middle, x, middle, TimelineInk::kPale, 0.8);
  const bool is_quiet = mark.severity == Severity::kQuiet;
  shapes_.Dot(x, middle, is_quiet ? 2.6 : 4.2, ink, is_future);
}

void TimelineDrawing::DrawLegend() {
  const double y = layout_.rows_bottom() + 24;
  double x = Layout::kMargin;
  const auto add = [&](absl::string_view fill, absl::string_view text) {
    shapes_.Rect(x, y - 9, 16, 11, "#f5f7f9");
    shapes_.Rect(x, y - 9, 16, 11, fill);
    shapes_.Text(x + 21, y, text, {.size = 10.5, .colour = TimelineInk::kGrey});
    x += 21 + EstimatedWidth(text, 10.5) + 14;
  };
  std::set<v1::Phase> told;
  for (const PhaseSpan& span : timeline_.phases) {
    if (told.insert(span.phase).second) add(PhaseFill(span.phase), PhaseText(span.phase));
  }
  if (!timeline_.pauses.empty()) add(kStripes, "clock paused");
  if (timeline_.late.has_value()) add(TimelineInk::kLate, "late");
  if (!timeline_.marks.empty() && timeline_.marks.back().time > timeline_.now) {
    shapes_.Dot(x + 8, y - 4, 4.2, TimelineInk::kGrey, true);
    shapes_.Text(x + 18, y, "still to come", {.size = 10.5, .colour = TimelineInk::kGrey});
    x += 18 + EstimatedWidth("still to come", 10.5) + 14;
  }
  if (layout_.scale().is_broken())
    shapes_.Text(x, y, "// not to scale from here", {.size = 10.5, .colour = TimelineInk::kGrey});
}

std::string TimelineDrawing::Description() const {
  std::string text =
      absl::StrCat(StandingOf(timeline_).text, ". Received ", Local(timeline_.received), ".");
  if (timeline_.due.has_value()) {
    absl::StrAppend(&text, " Due ", Local(*timeline_.due), "; the last day is ", timeline_.last_day,
                    ".");
  }
  for (const PhaseSpan& span : timeline_.phases) {
    absl::StrAppend(&text, " ", PhaseText(span.phase), " from ", Local(span.begin), " to ",
                    Local(span.end), ".");
  }
  return text;
}

std::string TimelineDrawing::Draw() {
  const double height = layout_.height();
  shapes_.Rect(0, 0, Layout::kPageWidth, height, "#ffffff");
  DrawHead();
  DrawFacts();
  DrawShades();
  DrawAxis();
  DrawPoles();
  DrawBand();
  DrawPhaseNames();
  DrawBreak();
  DrawLabels();
  for (const Layout::Row& row : layout_.rows()) DrawRow(row);
  DrawLegend();
  return shapes_.Document(Layout::kPageWidth, height,
                          absl::StrCat("Timeline of ", timeline_.type, " request ", timeline_.name),
                          Description());
}

}  // namespace

std::string TimelineSvg(const Timeline& timeline) { return TimelineDrawing(timeline).Draw(); }

}  // namespace dsr::dsrctl
