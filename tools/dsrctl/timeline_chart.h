// The bar of a timeline, drawn in characters.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_CHART_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_CHART_H_

#include <string>

#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// Returns the phases of `timeline` as letters, to scale, on `width` columns: above them the dates
// that matter, below them where the clock was paused and where it was late, the days, and what the
// letters mean. `colour` adds the terminal's escapes.
std::string TimelineChart(const Timeline& timeline, int width, bool colour);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_CHART_H_
