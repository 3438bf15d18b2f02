#include "dsrctl/timeline_flags.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dsr::dsrctl {
namespace {

// More would say less: the text tells them all.
constexpr size_t kMostReplaced = 2;

// Flags whose sides are chosen, and that may stand in any lane yet.
class FlagSides {
 public:
  FlagSides(std::vector<PlacedFlag> flags, double gap) : flags_(std::move(flags)), gap_(gap) {}

  // Gives each flag the lowest lane that it can have. False where some flags would each have to
  // stand below the other.
  bool FindLanes() {
    std::vector<bool> is_placed(flags_.size(), false);
    for (size_t placed = 0; placed < flags_.size(); ++placed) {
      size_t next = 0;
      while (next < flags_.size() && (is_placed[next] || !IsNext(next, is_placed))) ++next;
      if (next == flags_.size()) return false;
      flags_[next].lane = LowestLane(next, is_placed);
      is_placed[next] = true;
    }
    return true;
  }

  // The less, the better.
  int Cost() const {
    int lanes = 0;
    int left = 0;
    for (const PlacedFlag& flag : flags_) {
      lanes = std::max(lanes, flag.lane + 1);
      left += flag.is_left_of_pole ? 1 : 0;
    }
    return lanes * static_cast<int>(flags_.size() + 1) + left;
  }

  std::vector<PlacedFlag> Take() && { return std::move(flags_); }

 private:
  // A pole reaches from its label down to the axis, through all labels below.
  bool MustBeBelow(const PlacedFlag& lower, const PlacedFlag& higher) const {
    const double margin = gap_ * 0.9;
    return higher.left - margin < lower.pole && lower.pole < higher.left + higher.width + margin;
  }

  bool Overlap(const PlacedFlag& a, const PlacedFlag& b) const {
    return a.left < b.left + b.width + gap_ && b.left < a.left + a.width + gap_;
  }

  bool IsNext(size_t flag, const std::vector<bool>& is_placed) const {
    for (size_t other = 0; other < flags_.size(); ++other) {
      if (other != flag && !is_placed[other] && MustBeBelow(flags_[other], flags_[flag]))
        return false;
    }
    return true;
  }

  int LowestLane(size_t flag, const std::vector<bool>& is_placed) const {
    int lane = 0;
    for (size_t other = 0; other < flags_.size(); ++other) {
      if (!is_placed[other]) continue;
      if (MustBeBelow(flags_[other], flags_[flag]) || Overlap(flags_[other], flags_[flag]))
        lane = std::max(lane, flags_[other].lane + 1);
    }
    return lane;
  }

  std::vector<PlacedFlag> flags_;
  double gap_;
};

}  // namespace

std::vector<Flag> FlagsOf(const Timeline& timeline) {
  const auto dated = [&](absl::string_view word, absl::Time time) {
    const bool is_other_year = absl::ToCivilYear(time, timeline.zone) !=
                               absl::ToCivilYear(timeline.received, timeline.zone);
    const char* format = is_other_year ? " %Y-%m-%d %H:%M" : " %m-%d %H:%M";
    return absl::StrCat(word, absl::FormatTime(format, time, timeline.zone));
  };
  std::vector<Flag> flags;
  if (timeline.due.has_value())
    flags.push_back({FlagKind::kDue, *timeline.due, dated("due", *timeline.due)});
  for (size_t i = 0; i < std::min(timeline.replaced.size(), kMostReplaced); ++i) {
    const absl::Time due = timeline.replaced[i].due;
    flags.push_back({FlagKind::kReplacedDue, due, dated("was due", due)});
  }
  if (timeline.answered.has_value())
    flags.push_back({FlagKind::kAnswer, *timeline.answered, dated("answered", *timeline.answered)});
  if (timeline.closed.has_value()) {
    if (timeline.closed != timeline.answered) {
      flags.push_back({FlagKind::kClosed, *timeline.closed,
                       absl::FormatTime("closed %Y-%m-%d", *timeline.closed, timeline.zone)});
    }
  } else {
    flags.push_back({FlagKind::kNow, timeline.now, dated("now", timeline.now)});
  }
  if (timeline.target.has_value())
    flags.push_back({FlagKind::kTarget, *timeline.target, dated("target", *timeline.target)});
  return flags;
}

std::vector<PlacedFlag> PlaceFlags(const std::vector<Flag>& flags, const std::vector<double>& poles,
                                   const std::vector<double>& widths, double limit, double gap) {
  std::vector<PlacedFlag> best;
  int least = 0;
  // Each bit is a side. There are few flags, so all choices are tried.
  for (size_t sides = 0; sides < size_t{1} << flags.size(); ++sides) {
    std::vector<PlacedFlag> placed;
    bool fits = true;
    for (size_t i = 0; i < flags.size(); ++i) {
      const bool is_left = (sides >> i & 1) != 0;
      const double left = is_left ? poles[i] - gap - widths[i] : poles[i] + gap;
      fits = fits && left >= 0 && left + widths[i] <= limit;
      placed.push_back({flags[i], poles[i], left, widths[i], 0, is_left});
    }
    FlagSides choice(std::move(placed), gap);
    if (!fits || !choice.FindLanes() || (!best.empty() && choice.Cost() >= least)) continue;
    least = choice.Cost();
    best = std::move(choice).Take();
  }
  if (!best.empty()) return best;
  // A lane for each: what is crossed is at least not covered.
  for (size_t i = 0; i < flags.size(); ++i) {
    const bool is_left = poles[i] > limit / 2;
    best.push_back({flags[i], poles[i], is_left ? poles[i] - gap - widths[i] : poles[i] + gap,
                    widths[i], static_cast<int>(i), is_left});
  }
  return best;
}

}  // namespace dsr::dsrctl
