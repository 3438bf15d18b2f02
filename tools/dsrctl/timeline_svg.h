// A timeline as a picture to keep, print and show.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_SVG_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_SVG_H_

#include <string>

#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// Returns `timeline` as an SVG document, 1000 wide and as high as its marks need. It holds no
// script and refers to nothing outside of it, and it is legible in grey.
//
// On the left it tells the dates and, a row each, the marks; on the right the phases stand on the
// axis, and a dot in every row where its mark stands on it. What is late is shaded from the due
// time on, a due time that was replaced is struck out. The same timeline gives the same bytes.
std::string TimelineSvg(const Timeline& timeline);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_SVG_H_
