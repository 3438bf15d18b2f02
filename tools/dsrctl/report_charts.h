// The charts of a report on deadlines.
//
// Each function returns nothing where the report has nothing to draw: an empty chart would look
// like a mistake.
#ifndef DSR_TOOLS_DSRCTL_REPORT_CHARTS_H_
#define DSR_TOOLS_DSRCTL_REPORT_CHARTS_H_

#include <optional>

#include "dsr/v1/report_service.pb.h"
#include "dsrctl/svg_chart.h"

namespace dsr::dsrctl {

// What came in each month and what became of it; of more than 60 months the last ones.
std::optional<BarChart> MonthsChart(const v1::SlaReport& report);

// After how many days answers came, from day 0 without a gap, with a line after the last day of the
// deadline. What took more than 60 days is in the last column.
std::optional<BarChart> AnswerDaysChart(const v1::SlaReport& report);

// Requests without an answer by the days that are left to them, without a gap, with a line where
// they become overdue. What is more than 30 days away from it is in the outer columns.
std::optional<BarChart> DaysLeftChart(const v1::SlaReport& report);

// How the 20 recipients with the most notices did, and all others as one.
std::optional<BarChart> RecipientsChart(const v1::SlaReport& report);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_CHARTS_H_
