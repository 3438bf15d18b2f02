#include "store/sqlite/sqlite_status.h"

#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr::sqlite {
namespace {

absl::Status DiskFull() {
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                   "the disk that holds the database is full");
}

absl::Status Busy(int code) {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                   absl::StrCat("the database is busy (code ", code, "); retry the same call"));
}

}  // namespace

absl::Status StatusOfCode(int extended_code, int system_error) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
      return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_RESOURCE_EXISTS,
                       "a record with that key exists");
  }
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return DiskFull();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return Busy(extended_code);
    case SQLITE_TOOBIG:
      return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_MESSAGE_TOO_LARGE,
                       "a record is larger than the database takes");
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return MakeError(
          absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
          absl::StrCat("the database file cannot be opened, or is not a database (code ",
                       extended_code, ")"));
    case SQLITE_IOERR:
      // Some of the system's calls answer "no room" through a general I/O error only.
      if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
        return DiskFull();
      }
      break;
    case SQLITE_CORRUPT:
      return Damaged("the database file");
  }
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the database failed with code ", extended_code));
}

bool IsSyncFailure(int extended_code) {
  return extended_code == SQLITE_IOERR_FSYNC || extended_code == SQLITE_IOERR_DIR_FSYNC;
}

absl::Status NotFound(absl::string_view resource) {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                   absl::StrCat("there is no ", resource), {{"resource", std::string(resource)}});
}

absl::Status AlreadyExists(absl::string_view resource) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_RESOURCE_EXISTS,
                   absl::StrCat(resource, " exists"), {{"resource", std::string(resource)}});
}

absl::Status Closed() {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                   "the store is closed");
}

absl::Status Damaged(absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL,
                   absl::StrCat(what, " is damaged"));
}

}  // namespace dsr::sqlite
