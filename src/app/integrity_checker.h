// `dsrctl fsck`: a database file checked against the invariants of RELIABILITY.md, section 9.
#ifndef DSR_APP_INTEGRITY_CHECKER_H_
#define DSR_APP_INTEGRITY_CHECKER_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "app/integrity_report.h"
#include "dsr/store/database_file.h"

namespace dsr {

// Told while requests are checked: how many were.
using RequestProgress = std::function<void(int64_t checked)>;

// Checks pages, audit log, every request and what belongs to them. Reads in pages, each from a
// snapshot of its own, so that it holds a running server up in nothing; memory does not grow with
// the number of requests, but for the audit log's. What is wrong is a finding; errors are those of
// reading. Blocks.
absl::StatusOr<IntegrityReport> CheckIntegrity(DatabaseFile& file, const RequestProgress& progress);

}  // namespace dsr

#endif  // DSR_APP_INTEGRITY_CHECKER_H_
