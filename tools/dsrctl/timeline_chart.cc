#include "dsrctl/timeline_chart.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "dsrctl/timeline_flags.h"
#include "dsrctl/timeline_scale.h"
#include "dsrctl/timeline_words.h"

namespace dsr::dsrctl {
namespace {

// Between ticks, for their labels.
constexpr int kTickColumns = 9;
constexpr absl::string_view kPole = "│";
constexpr absl::string_view kPoint = "▼";

absl::string_view PhaseStyle(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_VERIFICATION:
      return "30;46";
    case v1::PHASE_ASSESSMENT:
      return "30;43";
    case v1::PHASE_WORK:
      return "97;44";
    case v1::PHASE_APPROVAL:
      return "97;45";
    case v1::PHASE_FOLLOW_UP:
      return "30;42";
    default:
      return "";
  }
}

// Assessment has the A.
std::string PhaseLetter(v1::Phase phase) {
  return phase == v1::PHASE_APPROVAL ? "P" : absl::AsciiStrToUpper(PhaseText(phase).substr(0, 1));
}

absl::string_view FlagStyle(FlagKind kind) {
  switch (kind) {
    case FlagKind::kDue:
      return "31";
    case FlagKind::kReplacedDue:
      return "2;9";
    case FlagKind::kTarget:
      return "33";
    case FlagKind::kAnswer:
      return "32";
    case FlagKind::kNow:
      return "1";
    case FlagKind::kClosed:
      return "";
  }
  return "";
}

// One line of characters that are a column wide each.
class ChartRow {
 public:
  explicit ChartRow(int columns) : cells_(columns) {}

  bool IsFree(int column) const { return cells_[column].glyph == " "; }

  void Put(int column, absl::string_view glyph, absl::string_view style = "") {
    if (column < 0 || column >= static_cast<int>(cells_.size())) return;
    cells_[column] = {std::string(glyph), style};
  }

  // REQUIRES: ASCII.
  void Write(int column, absl::string_view text, absl::string_view style = "") {
    for (size_t i = 0; i < text.size(); ++i)
      Put(column + static_cast<int>(i), text.substr(i, 1), style);
  }

  std::string Text(bool colour) const {
    size_t end = cells_.size();
    while (end > 0 && cells_[end - 1].glyph == " ") --end;
    std::string text;
    absl::string_view style;
    for (size_t i = 0; i < end; ++i) {
      if (colour && cells_[i].style != style) {
        if (!style.empty()) text += "\x1b[0m";
        style = cells_[i].style;
        if (!style.empty()) absl::StrAppend(&text, "\x1b[", style, "m");
      }
      text += cells_[i].glyph;
    }
    return absl::StrCat(text, style.empty() ? "" : "\x1b[0m", "\n");
  }

 private:
  struct Cell {
    std::string glyph = " ";
    absl::string_view style;
  };

  std::vector<Cell> cells_;
};

class Chart {
 public:
  Chart(const Timeline& timeline, int width)
      : timeline_(timeline), width_(width), scale_(timeline) {}

  std::string Text(bool colour) const {
    std::string text;
    for (const ChartRow& row : FlagRows()) text += row.Text(colour);
    text += Bar().Text(colour);
    if (timeline_.late.has_value() || !timeline_.pauses.empty()) text += Clock().Text(colour);
    text += Axis().Text(colour);
    text += TickLabels().Text(colour);
    return text + Legend();
  }

 private:
  int Column(double at) const { return static_cast<int>(std::lround(at * (width_ - 1))); }
  int Column(absl::Time time) const { return Column(scale_.At(time)); }

  std::vector<ChartRow> FlagRows() const;
  ChartRow Bar() const;
  ChartRow Clock() const;
  ChartRow Axis() const;
  ChartRow TickLabels() const;
  std::string Legend() const;
  void Fill(ChartRow& row, int begin, int end, absl::string_view glyph,
            absl::string_view style) const;
  void Break(ChartRow& row) const;
  std::vector<TimeScale::Tick> Ticks() const { return scale_.Ticks(width_ / kTickColumns); }
  // What is beyond the last thing that happened.
  absl::Time Last() const { return timeline_.closed.value_or(timeline_.now); }

  const Timeline& timeline_;
  const int width_;
  const TimeScale scale_;
};

void Chart::Fill(ChartRow& row, int begin, int end, absl::string_view glyph,
                 absl::string_view style) const {
  for (int column = begin; column < end; ++column) row.Put(column, glyph, style);
}

void Chart::Break(ChartRow& row) const {
  if (!scale_.is_broken()) return;
  const int begin = Column(TimeScale::kBreakBegin);
  const int end = Column(TimeScale::kBreakEnd);
  Fill(row, begin, end, " ", "");
  row.Write((begin + end) / 2 - 1, "//");
}

std::vector<ChartRow> Chart::FlagRows() const {
  const std::vector<Flag> flags = FlagsOf(timeline_);
  std::vector<double> poles;
  std::vector<double> widths;
  for (const Flag& flag : flags) {
    poles.push_back(Column(flag.time));
    widths.push_back(static_cast<double>(flag.label.size()));
  }
  const std::vector<PlacedFlag> placed = PlaceFlags(flags, poles, widths, width_, 2);
  int lanes = 0;
  for (const PlacedFlag& flag : placed) lanes = std::max(lanes, flag.lane + 1);
  // The last row holds the points, right above the bar.
  std::vector<ChartRow> rows(lanes + 1, ChartRow(width_));
  for (const PlacedFlag& flag : placed) {
    const absl::string_view style = FlagStyle(flag.flag.kind);
    // A label's last column is the one before its end.
    const int left = static_cast<int>(flag.left) + (flag.is_left_of_pole ? 1 : 0);
    rows[lanes - 1 - flag.lane].Write(left, flag.flag.label, style);
  }
  // Where poles share a column, the more important one is seen.
  for (auto flag = placed.rbegin(); flag != placed.rend(); ++flag) {
    const absl::string_view style =
        flag->flag.kind == FlagKind::kReplacedDue ? "2" : FlagStyle(flag->flag.kind);
    const int column = static_cast<int>(flag->pole);
    rows[lanes - 1 - flag->lane].Put(column, flag->is_left_of_pole ? "┐" : "┌", style);
    for (int lane = flag->lane - 1; lane >= 0; --lane) {
      ChartRow& row = rows[lanes - 1 - lane];
      if (row.IsFree(column)) row.Put(column, kPole, style);
    }
    rows[lanes].Put(column, kPoint, style);
  }
  return rows;
}

ChartRow Chart::Bar() const {
  ChartRow bar(width_);
  // A column stands for an instant, so that ends are drawn.
  const int end = Column(timeline_.end) + 1;
  if (timeline_.due.has_value() && Last() < *timeline_.due && !timeline_.closed.has_value())
    Fill(bar, Column(Last()), Column(*timeline_.due), "-", "2");
  Fill(bar, Column(timeline_.received), Column(timeline_.filed), ".", "2");
  int least = 0;
  for (const PhaseSpan& span : timeline_.phases) {
    // The shortest phase is seen, if need be a column late.
    const int begin = std::min(std::max(Column(span.begin), least), end - 1);
    const int until = std::max(Column(span.end), begin + 1);
    Fill(bar, begin, until, PhaseLetter(span.phase), PhaseStyle(span.phase));
    least = begin + 1;
  }
  Break(bar);
  return bar;
}

ChartRow Chart::Clock() const {
  ChartRow row(width_);
  for (const TimeSpan& pause : timeline_.pauses)
    Fill(row, Column(pause.begin), std::max(Column(pause.end), Column(pause.begin) + 1), "=", "33");
  if (timeline_.late.has_value()) {
    const int begin = Column(timeline_.late->begin);
    Fill(row, begin, std::max(Column(timeline_.late->end), begin + 1), "!", "1;31");
    Break(row);
  }
  return row;
}

ChartRow Chart::Axis() const {
  ChartRow axis(width_);
  Fill(axis, 0, width_, "─", "2");
  for (const TimeScale::Tick& tick : Ticks()) axis.Put(Column(tick.at), "┴", "2");
  Break(axis);
  return axis;
}

ChartRow Chart::TickLabels() const {
  ChartRow labels(width_);
  int free = 0;
  for (const TimeScale::Tick& tick : Ticks()) {
    const int column = Column(tick.at);
    const int end = column + static_cast<int>(tick.label.size());
    if (column < free || end > width_) continue;
    labels.Write(column, tick.label, "2");
    free = end + 1;
  }
  return labels;
}

std::string Chart::Legend() const {
  std::vector<std::string> words;
  std::set<v1::Phase> told;
  if (Column(timeline_.received) < Column(timeline_.filed)) words.push_back(". not filed yet");
  for (const PhaseSpan& span : timeline_.phases) {
    if (!told.insert(span.phase).second) continue;
    words.push_back(absl::StrCat(PhaseLetter(span.phase), " ", PhaseText(span.phase)));
  }
  if (!timeline_.pauses.empty()) words.push_back("= clock paused");
  if (timeline_.late.has_value()) words.push_back("! late");
  if (scale_.is_broken()) words.push_back("// not to scale from here");
  std::string text;
  int column = 0;
  for (const std::string& word : words) {
    const int size = static_cast<int>(word.size());
    const bool wraps = column > 0 && column + 3 + size > width_;
    absl::StrAppend(&text, column == 0 ? "" : wraps ? "\n" : "   ", word);
    column = wraps || column == 0 ? size : column + 3 + size;
  }
  return absl::StrCat(text, "\n");
}

}  // namespace

std::string TimelineChart(const Timeline& timeline, int width, bool colour) {
  return Chart(timeline, width).Text(colour);
}

}  // namespace dsr::dsrctl
