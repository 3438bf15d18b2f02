// How the page of a report looks.
#ifndef DSR_TOOLS_DSRCTL_REPORT_STYLE_H_
#define DSR_TOOLS_DSRCTL_REPORT_STYLE_H_

namespace dsr::dsrctl {

// The page's style sheet. On a screen up to 60 rem wide; wide tables and charts scroll by
// themselves and the page never does. On paper A4, with its number on each page, and no chart, tile
// or row of a table cut in two. Text has a contrast of at least 4.5 to 1.
extern const char kReportStyle[];

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_STYLE_H_
