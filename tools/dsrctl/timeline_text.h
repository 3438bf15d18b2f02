// A timeline for a terminal.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_TEXT_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_TEXT_H_

#include <string>

#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// The columns that a drawing takes at least and at most; what is asked for is brought between them.
inline constexpr int kLeastTimelineWidth = 60;
inline constexpr int kMostTimelineWidth = 200;

// Returns `timeline` as lines of `width` columns: what is asked and how it stands, the phases drawn
// to scale under the dates that matter, and a line for every mark. A mark with more to tell than
// fits is longer. `colour` adds the terminal's escapes for it; without, there are none.
std::string TimelineText(const Timeline& timeline, int width, bool colour);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_TEXT_H_
