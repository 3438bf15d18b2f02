#include "store/sqlite/database_reader.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/page_check.h"
#include "store/sqlite/read_methods.h"
#include "store/sqlite/row_view.h"
#include "store/sqlite/schema.h"

namespace dsr::sqlite {
namespace {

absl::Status CheckVersion(const ConnectionOptions& options) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(options));
  DSR_ASSIGN_OR_RETURN(const int version, SchemaVersionOfFile(*connection));
  const int own = SchemaVersionOfProgram();
  if (version == own) return absl::OkStatus();
  if (version == 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     absl::StrCat(options.path, " holds nothing yet, or its -wal file is missing"));
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
      version > own
          ? absl::StrCat(options.path, " has schema version ", version,
                         ", this program knows up to ", own, "; use the newer program")
          : absl::StrCat(options.path, " has schema version ", version, ", this program reads ",
                         own, "; start dsrd once on a copy of it, which upgrades that"));
}

// Tells whether the file's header says that its changes go through a log.
bool UsesLog(const std::string& path) {
  constexpr size_t kReadVersion = 19;
  constexpr char kLog = 2;
  std::string header(kReadVersion + 1, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  return file.good() && header[kReadVersion] == kLog;
}

constexpr char kBeginInspection[] = "BEGIN DEFERRED";
absl::Status HalfUpgraded(const std::string& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat(path,
                                " was upgraded in part only; start dsrd on it, or on a copy, "
                                "to the end of its start"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DatabaseReader>> DatabaseReader::Open(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                     absl::StrCat("there is no file ", path), {{"resource", path}});
  }
  // A link's own name has no log beside it.
  const std::string file = std::filesystem::canonical(path, error).string();
  // A server keeps its log beside the file, as long as it runs and after a crash.
  const bool has_log = std::filesystem::exists(absl::StrCat(file, "-wal"), error);
  // One whose log is all in it can be read as it lies. One that uses none, such as what VACUUM INTO
  // wrote, is locked by whoever changes it, and that is to be heeded.
  const bool is_immutable = !has_log && UsesLog(file);
  const ConnectionOptions options = {.path = file, .read_only = true, .immutable = is_immutable};
  DSR_RETURN_IF_ERROR(CheckVersion(options));
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<ReadPool> pool, ReadPool::Open(options, 1));
  std::unique_ptr<DatabaseReader> reader(new DatabaseReader(file, std::move(pool)));
  DSR_RETURN_IF_ERROR(reader->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<RequestId> stale, view.ListStaleRequests(1));
    return stale.empty() ? absl::OkStatus() : HalfUpgraded(file);
  }));
  return reader;
}

absl::Status DatabaseReader::Read(const std::function<absl::Status(ReadView&)>& body) {
  return pool_->Read(body);
}

absl::Status DatabaseReader::Inspect(const std::function<absl::Status(ReadView&, RowView&)>& body) {
  return pool_->Use([&](Connection& connection) -> absl::Status {
    DSR_RETURN_IF_ERROR(connection.Execute(kBeginInspection));
    SqliteReadView view(connection, path_);
    SqliteRowView rows(connection);
    return body(view, rows);
  });
}

absl::StatusOr<std::vector<std::string>> DatabaseReader::CheckPages() {
  std::vector<std::string> findings;
  DSR_RETURN_IF_ERROR(pool_->Use([&](Connection& connection) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(findings, sqlite::CheckPages(connection, [] { return false; }));
    return absl::OkStatus();
  }));
  return findings;
}

}  // namespace dsr::sqlite
