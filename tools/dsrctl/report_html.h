// A report on deadlines as a page to read, print and file.
#ifndef DSR_TOOLS_DSRCTL_REPORT_HTML_H_
#define DSR_TOOLS_DSRCTL_REPORT_HTML_H_

#include <string>

#include "dsr/v1/report_service.pb.h"

namespace dsr::dsrctl {

// Returns `report` as one page of HTML (UTF-8): figures, charts and tables.
//
// The page needs nothing else: its style and its charts are part of it, and there is no script and
// no link in it; its content security policy lets a browser load nothing and run nothing. The same
// report always gives the same bytes. What the report says is escaped. `SlaReport.lines` is left
// out: the page is about all requests, not about each.
std::string SlaReportHtml(const v1::SlaReport& report);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_HTML_H_
