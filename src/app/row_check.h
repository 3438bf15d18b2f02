// Rows that belong to requests, checked from their side: none is there for nothing.
#ifndef DSR_APP_ROW_CHECK_H_
#define DSR_APP_ROW_CHECK_H_

#include "absl/status/status.h"
#include "app/integrity_report.h"
#include "dsr/store/database_file.h"

namespace dsr {

// Passes over pending timers, the outbox, stored answers, and the records beside requests, in
// pages, each from a snapshot of its own. What is wrong is a finding; errors are those of reading.
absl::Status CheckRowsBesideRequests(DatabaseFile& file, IntegrityReport& report);

}  // namespace dsr

#endif  // DSR_APP_ROW_CHECK_H_
