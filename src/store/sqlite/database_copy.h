// The database as one file, copied while writes go on.
#ifndef DSR_STORE_SQLITE_DATABASE_COPY_H_
#define DSR_STORE_SQLITE_DATABASE_COPY_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

struct CopyLimits {
  // Pages of 4 KiB that are copied at once.
  int step_pages = 256;
  // By how much the write-ahead log may grow meanwhile: the copy's snapshot keeps it from being
  // written back whole, and the disk must hold it.
  int64_t log_growth_bytes = int64_t{256} << 20;
  // Asked between the steps.
  std::function<bool()> is_cancelled = [] { return false; };
};

// Writes what the reading connection `from`, with the database at `path`, sees at one instant to
// the file `to`, made new and readable by its owner only. Holds no writer up: it reads as any
// reader does. The file is not durable, and gone again when this fails. Errors: UNAVAILABLE
// RETRY_LATER when the log grew too much or `is_cancelled`; RESOURCE_EXHAUSTED DISK_FULL, before
// anything is written, when the folder of `to` has no room for it; ALREADY_EXISTS when `to` is
// there. Blocks.
absl::Status CopyDatabase(Connection& from, const std::string& path, const std::string& to,
                          const CopyLimits& limits);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_DATABASE_COPY_H_
