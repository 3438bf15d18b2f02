// Labels over the time axis, placed so that none covers another.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_FLAGS_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// What a flag points at.
enum class FlagKind { kDue, kReplacedDue, kTarget, kAnswer, kNow, kClosed };

// A label with a pole down to the axis.
struct Flag {
  FlagKind kind;
  absl::Time time;
  std::string label;
};

// Where it stands, in the unit of the drawing.
struct PlacedFlag {
  Flag flag;
  double pole;
  double left;  // the label's
  double width;
  int lane;  // 0 is the lowest
  bool is_left_of_pole;
};

// Returns the flags of a timeline, the most important first and eight at most: the due time and
// those it replaced, the answer, the closing or, where it is open, now, and the target.
std::vector<Flag> FlagsOf(const Timeline& timeline);

// Places `flags`, whose `poles` and label `widths` are given, between 0 and `limit`, with labels
// `gap` away from their poles, in as few lanes as can be. No label covers another, and no pole
// crosses one, unless the drawing is too narrow for that. The same arguments give the same places.
std::vector<PlacedFlag> PlaceFlags(const std::vector<Flag>& flags, const std::vector<double>& poles,
                                   const std::vector<double>& widths, double limit, double gap);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_FLAGS_H_
