// Reports on deadlines as tables.
#ifndef DSR_TOOLS_DSRCTL_SLA_OUTPUT_H_
#define DSR_TOOLS_DSRCTL_SLA_OUTPUT_H_

#include "dsr/v1/report_service.pb.h"
#include "dsrctl/output.h"

namespace dsr::dsrctl {

// Prints the report in the output's format. CSV is one table: the requests where the report lists
// them, else the groups; a table for people has breaches and recipients below.
void PrintSlaReport(Output& output, const v1::SlaReport& report, bool with_requests);
void PrintYearlyReport(Output& output, const v1::YearlyReport& report);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SLA_OUTPUT_H_
