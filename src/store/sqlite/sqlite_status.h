// What SQLite's result codes mean to the layers above.
//
// Codes are mapped, never texts: SQLite's messages name tables and quote SQL.
#ifndef DSR_STORE_SQLITE_SQLITE_STATUS_H_
#define DSR_STORE_SQLITE_SQLITE_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr::sqlite {

// Returns the error for an extended result code; `system_error` is the errno of the failed call to
// the operating system, 0 when there was none.
//
//   FULL, or no room told by the system     RESOURCE_EXHAUSTED DISK_FULL
//   BUSY, LOCKED, NOMEM, INTERRUPT          UNAVAILABLE RETRY_LATER
//   CONSTRAINT of a primary or unique key   ALREADY_EXISTS RESOURCE_EXISTS
//   TOOBIG                                  RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE
//   NOTADB, CANTOPEN, PERM, READONLY        FAILED_PRECONDITION INSTALLATION_INVALID
//   CORRUPT                                 DATA_LOSS INTERNAL
//   all others                              INTERNAL INTERNAL
absl::Status StatusOfCode(int extended_code, int system_error);

// Tells whether `extended_code` says that data could not be forced to the disk. What was written is
// in doubt then, and the kernel may report success next time: the process must not go on.
bool IsSyncFailure(int extended_code);

// NOT_FOUND RESOURCE_NOT_FOUND, naming the resource, such as `requests/01kjj5...`.
absl::Status NotFound(absl::string_view resource);

// ALREADY_EXISTS RESOURCE_EXISTS, naming the resource.
absl::Status AlreadyExists(absl::string_view resource);

// UNAVAILABLE RETRY_LATER: the store is closed.
absl::Status Closed();

// DATA_LOSS INTERNAL: what is stored is not what was written. `what` names the damaged record.
absl::Status Damaged(absl::string_view what);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SQLITE_STATUS_H_
