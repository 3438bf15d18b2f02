// A database file checked as a whole: its pages, and its audit log.
#ifndef DSR_APP_DATABASE_CHECK_H_
#define DSR_APP_DATABASE_CHECK_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dsr/store/database_file.h"
#include "dsr/v1/audit_service.pb.h"

namespace dsr {

// What a database is, and what is wrong with it.
struct DatabaseCheck {
  int schema_version = 0;
  int64_t log_size = 0;
  std::string log_root;  // base64
  // In words; empty when nothing is wrong.
  std::vector<std::string> findings;
};

// Reads the whole file. `is_cancelled` is asked between pages. Errors: UNAVAILABLE RETRY_LATER when
// it says so; damage is a finding. Blocks.
absl::StatusOr<DatabaseCheck> CheckDatabase(
    DatabaseFile& file, const std::function<bool()>& is_cancelled = [] { return false; });

}  // namespace dsr

#endif  // DSR_APP_DATABASE_CHECK_H_
