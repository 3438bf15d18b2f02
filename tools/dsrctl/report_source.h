// Where reports come from: a server, or a database file.
#ifndef DSR_TOOLS_DSRCTL_REPORT_SOURCE_H_
#define DSR_TOOLS_DSRCTL_REPORT_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "dsr/v1/report_service.pb.h"
#include "dsrctl/context.h"

namespace dsr::dsrctl {

// Asks the server or, with a path, reads that file, which is not changed, with a progress bar where
// a terminal watches. Errors: those of the call, or of opening the file.
absl::StatusOr<v1::SlaReport> FetchSlaReport(Context& context, const std::string& database,
                                             const v1::GetSlaReportRequest& request);
absl::StatusOr<v1::YearlyReport> FetchYearlyReport(Context& context, const std::string& database,
                                                   const v1::GetYearlyReportRequest& request);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_SOURCE_H_
