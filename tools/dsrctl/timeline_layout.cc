#include "dsrctl/timeline_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsrctl/timeline_palette.h"
#include "dsrctl/timeline_shapes.h"
#include "dsrctl/timeline_words.h"

namespace dsr::dsrctl {
namespace {

// Of the marks' words, up to a little left of the chart.
constexpr double kWhatWidth = 290;
// Between a flag's pole and its label.
constexpr double kFlagGap = 5;

std::vector<TimelineLayout::Fact> FactsOf(const Timeline& timeline) {
  const auto local = [&](absl::Time time) { return LocalTime(time, timeline.zone); };
  std::vector<TimelineLayout::Fact> facts = {
      {"received", local(timeline.received), TimelineInk::kText}};
  if (timeline.filed != timeline.received)
    facts.push_back({"filed", local(timeline.filed), TimelineInk::kText});
  for (const ReplacedDue& replaced : timeline.replaced)
    facts.push_back({"was due", local(replaced.due), TimelineInk::kGrey, /*struck=*/true});
  if (timeline.due.has_value()) {
    facts.push_back({"due", absl::StrCat(local(*timeline.due), ", last day ", timeline.last_day),
                     TimelineInk::kDue});
  }
  if (timeline.target.has_value())
    facts.push_back({"target", local(*timeline.target), SeverityInk(Severity::kWarning)});
  if (timeline.answered.has_value()) {
    facts.push_back({"answered", local(*timeline.answered),
                     InkOf(FlagKind::kAnswer, timeline.late.has_value()).colour});
  }
  if (timeline.closed.has_value())
    facts.push_back({"closed", local(*timeline.closed), TimelineInk::kText});
  return facts;
}

}  // namespace

TimelineLayout::TimelineLayout(const Timeline& timeline)
    : scale_(timeline), facts_(FactsOf(timeline)) {
  PlaceBand(timeline);
  PlaceRows(timeline);
}

void TimelineLayout::PlaceBand(const Timeline& timeline) {
  const std::vector<Flag> flags = FlagsOf(timeline);
  std::vector<double> poles;
  std::vector<double> widths;
  for (const Flag& flag : flags) {
    poles.push_back(X(flag.time));
    widths.push_back(EstimatedWidth(flag.label, TextLook().size));
  }
  flags_ = PlaceFlags(flags, poles, widths, kPageWidth - 6, kFlagGap);
  int lanes = 0;
  for (const PlacedFlag& flag : flags_) lanes = std::max(lanes, flag.lane + 1);
  const double facts_bottom = kHeadBottom + static_cast<double>(facts_.size()) * kFactHeight;
  // The band stands right above the rows, whichever side is higher.
  band_top_ = std::max(kHeadBottom + lanes * kLaneHeight + 6, facts_bottom - kBandHeight - 20);
}

void TimelineLayout::PlaceRows(const Timeline& timeline) {
  double top = band_bottom() + 34;
  for (const Mark& mark : timeline.marks) {
    std::string text = mark.label;
    // Not broken between the dot and the name.
    if (!mark.who.empty()) absl::StrAppend(&text, " \u00b7\u00a0", mark.who);
    Row row{&mark, WrappedWords(text, TextLook().size, kWhatWidth), top};
    top += static_cast<double>(row.lines.size()) * kLineHeight + 7;
    rows_.push_back(std::move(row));
  }
  rows_bottom_ = top + 4;
}

}  // namespace dsr::dsrctl
