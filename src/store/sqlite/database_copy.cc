#include "store/sqlite/database_copy.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kBeginCopy[] = "BEGIN DEFERRED";
constexpr char kPageCount[] = "PRAGMA page_count";
constexpr char kPageSize[] = "PRAGMA page_size";
// What the copy leaves free: the writer needs the disk more.
constexpr uintmax_t kRoomLeftBytes = uintmax_t{32} << 20;

absl::StatusOr<int64_t> NumberOf(Connection& connection, const char* pragma) {
  Query query(connection, pragma);
  DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
  return has_row ? query.GetInt(0) : 0;
}

// 0 where there is none.
int64_t LogBytes(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(absl::StrCat(path, "-wal"), error);
  return error ? 0 : static_cast<int64_t>(size);
}

absl::Status CheckRoom(Connection& from, const std::string& to) {
  DSR_ASSIGN_OR_RETURN(const int64_t pages, NumberOf(from, kPageCount));
  DSR_ASSIGN_OR_RETURN(const int64_t page_size, NumberOf(from, kPageSize));
  std::error_code error;
  const auto space = std::filesystem::space(std::filesystem::path(to).parent_path(), error);
  if (error || space.available >= static_cast<uintmax_t>(pages * page_size) + kRoomLeftBytes) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                   absl::StrCat("a copy of the database takes ", pages * page_size >> 20,
                                " MiB, and the disk has not that much beside what it is to keep "
                                "free"));
}

absl::Status MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return errno == EEXIST ? AlreadyExists("the copy") : StatusOfCode(SQLITE_CANTOPEN, errno);
  close(file);
  return absl::OkStatus();
}

absl::Status Retry(absl::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER, why);
}

// Copies page by page within the snapshot that `from` holds.
absl::Status CopyPages(Connection& from, const std::string& path, SQLite::Database& to,
                       const CopyLimits& limits) {
  const int64_t log_before = LogBytes(path);
  sqlite3_backup* const backup = sqlite3_backup_init(to.getHandle(), "main", from.handle(), "main");
  if (backup == nullptr) return StatusOfCode(sqlite3_extended_errcode(to.getHandle()), 0);
  absl::Status stopped;
  int code = SQLITE_OK;
  while (code == SQLITE_OK && stopped.ok()) {
    code = sqlite3_backup_step(backup, limits.step_pages);
    if (limits.is_cancelled()) stopped = Retry("the copy of the database was cancelled");
    if (LogBytes(path) - log_before > limits.log_growth_bytes) {
      stopped = Retry(absl::StrCat("while the database was copied, more than ",
                                   limits.log_growth_bytes >> 20,
                                   " MiB were written; try again when less is"));
    }
  }
  const int system_error = sqlite3_system_errno(to.getHandle());
  sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) return absl::OkStatus();
  return stopped.ok() ? StatusOfCode(code, system_error) : stopped;
}

absl::Status CopySnapshot(Connection& from, const std::string& path, const std::string& to,
                          const CopyLimits& limits) {
  DSR_RETURN_IF_ERROR(from.Execute(kBeginCopy));
  const auto end = absl::MakeCleanup([&from] { from.Rollback(); });
  // Begins the snapshot, too: it is one instant however long the copying takes.
  DSR_RETURN_IF_ERROR(CheckRoom(from, to));
  DSR_RETURN_IF_ERROR(MakeFile(to));
  try {
    SQLite::Database copy(to, SQLite::OPEN_READWRITE);
    sqlite3_extended_result_codes(copy.getHandle(), 1);
    // A copy that breaks off is thrown away: there is nothing to roll back to.
    copy.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
    return CopyPages(from, path, copy, limits);
  } catch (const SQLite::Exception& error) {
    return StatusOfCode(error.getExtendedErrorCode(), 0);
  }
}

}  // namespace

absl::Status CopyDatabase(Connection& from, const std::string& path, const std::string& to,
                          const CopyLimits& limits) {
  absl::Status status = CopySnapshot(from, path, to, limits);
  if (!status.ok() && !absl::IsAlreadyExists(status)) unlink(to.c_str());
  return status;
}

}  // namespace dsr::sqlite
