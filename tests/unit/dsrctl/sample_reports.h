// Reports on deadlines for tests.
#ifndef DSR_TESTS_UNIT_DSRCTL_SAMPLE_REPORTS_H_
#define DSR_TESTS_UNIT_DSRCTL_SAMPLE_REPORTS_H_

#include "dsr/v1/report_service.pb.h"

namespace dsr::dsrctl {

// A year of a busy company: every field of the report is in use, 23 recipients, 4 breaches.
v1::SlaReport BusyReport();

// A report on a span in which nothing came in.
v1::SlaReport EmptyReport();

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_SAMPLE_REPORTS_H_
