// The tables of a report on deadlines, as HTML.
//
// Each function returns a table, or a sentence where the report has no row for it.
#ifndef DSR_TOOLS_DSRCTL_REPORT_TABLES_H_
#define DSR_TOOLS_DSRCTL_REPORT_TABLES_H_

#include <string>

#include "dsr/v1/report_service.pb.h"

namespace dsr::dsrctl {

// Returns what requests are grouped by, such as `type and region`.
std::string GroupedBy(const v1::SlaReport& report);

// How each group kept the deadline, and what it still has to answer.
std::string DeadlinesTable(const v1::SlaReport& report);

// How long each group's answers took, and what became of its requests.
std::string OutcomesTable(const v1::SlaReport& report);

// Time that requests spent in each phase.
std::string PhasesTable(const v1::SlaReport& report);

// Refusals by ground.
std::string GroundsTable(const v1::SlaReport& report);

// Fees of the groups that have any.
std::string FeesTable(const v1::SlaReport& report);

// Breaches by what was waited for.
std::string CausesTable(const v1::SlaReport& report);

// Every breach that the report lists, and how many it does not.
std::string BreachesTable(const v1::SlaReport& report);

// How each recipient of notices did.
std::string RecipientsTable(const v1::SlaReport& report);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_TABLES_H_
