#include "store/sqlite/connection.h"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

// Recovery of the log after a crash makes other connections wait; nothing else in one process does.
constexpr int kBusyTimeoutMillis = 5000;

constexpr char kApplicationIdOf[] = "PRAGMA application_id";
constexpr char kSchemaChanges[] = "PRAGMA schema_version";
constexpr char kUseWriteAheadLog[] = "PRAGMA journal_mode = WAL";

// No defence against a person who can write the file, but against a file that was damaged or
// slipped in.
struct Limit {
  int id;
  int value;
};
constexpr Limit kLimits[] = {
    {SQLITE_LIMIT_LENGTH, 4 << 20},      // the largest record is a chunk of 1 MiB and its seal
    {SQLITE_LIMIT_SQL_LENGTH, 100'000},  // all texts are ours, the longest is a schema step
    {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
};

struct Switch {
  int id;
  int value;
};
constexpr Switch kSwitches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
};

constexpr char kSettings[] =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA journal_size_limit = 67108864;";

absl::Status CreatePrivateFile(const std::string& path) {
  // SQLite would create it readable by all that the umask lets; the log's files take over this
  // mode. No connection of this process is open yet, so closing the file drops no lock.
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return StatusOfCode(SQLITE_CANTOPEN, 0);
  close(file);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReadNumber(Connection& connection, const char* sql) {
  Query query(connection, sql);
  DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
  return has_row ? query.GetInt(0) : 0;
}

// Refuses a database that another program made before anything in it is touched.
absl::Status CheckOwner(Connection& connection) {
  DSR_ASSIGN_OR_RETURN(const int64_t owner, ReadNumber(connection, kApplicationIdOf));
  DSR_ASSIGN_OR_RETURN(const int64_t schema_changes, ReadNumber(connection, kSchemaChanges));
  if (owner == kApplicationId || (owner == 0 && schema_changes == 0)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   "the database file belongs to another program");
}

// A URI's path; what would end it, or begin an escape, is escaped.
std::string ImmutableUri(absl::string_view path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      absl::StrAppend(&uri, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    } else {
      uri.push_back(c);
    }
  }
  return absl::StrCat(uri, "?immutable=1");
}

// An operator who is told that a file is wrong must be told which.
absl::Status Naming(const std::string& path, absl::Status status) {
  if (ReasonOf(status) != v1::ERROR_REASON_INSTALLATION_INVALID) return status;
  return MakeError(status.code(), v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& options) {
  if (!options.read_only) {
    DSR_RETURN_IF_ERROR(Naming(options.path, CreatePrivateFile(options.path)));
  }
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    (options.immutable ? SQLITE_OPEN_URI : 0);
  try {
    std::unique_ptr<Connection> connection(new Connection(
        SQLite::Database(options.immutable ? ImmutableUri(options.path) : options.path, flags,
                         kBusyTimeoutMillis, options.vfs)));
    DSR_RETURN_IF_ERROR(Naming(options.path, connection->Configure(options)));
    return connection;
  } catch (const SQLite::Exception& error) {
    return Naming(options.path, StatusOfCode(error.getExtendedErrorCode(), 0));
  }
}

absl::Status Connection::Configure(const ConnectionOptions& options) {
  sqlite3_extended_result_codes(handle(), 1);
  for (const Limit& limit : kLimits) sqlite3_limit(handle(), limit.id, limit.value);
  for (const Switch& option : kSwitches) {
    if (sqlite3_db_config(handle(), option.id, option.value, nullptr) != SQLITE_OK) {
      return ErrorOf(LastCode());
    }
  }
  DSR_RETURN_IF_ERROR(CheckOwner(*this));
  if (!options.read_only) {
    // Both have an effect on an empty file only, and before the log's mode is set.
    if (database_.tryExec(absl::StrCat("PRAGMA page_size = 4096; PRAGMA application_id = ",
                                       kApplicationId)) != SQLITE_OK) {
      return ErrorOf(LastCode());
    }
    Query mode(*this, kUseWriteAheadLog);
    DSR_ASSIGN_OR_RETURN(const bool has_row, mode.Step());
    if (!has_row || mode.GetText(0) != "wal") {
      return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                       "the file system of the database has no shared memory for its log");
    }
  }
  if (database_.tryExec(kSettings) != SQLITE_OK ||
      database_.tryExec(absl::StrCat("PRAGMA cache_size = -", options.cache_kib)) != SQLITE_OK ||
      (options.read_only && database_.tryExec("PRAGMA query_only = ON") != SQLITE_OK)) {
    return ErrorOf(LastCode());
  }
  return absl::OkStatus();
}

Connection::Prepared& Connection::Prepare(const char* sql) {
  std::unique_ptr<Prepared>& prepared = prepared_[sql];
  if (prepared == nullptr) prepared.reset(new Prepared{SQLite::Statement(database_, sql)});
  return *prepared;
}

absl::Status Connection::Execute(const char* sql) { return Query(*this, sql).Run(); }

bool Connection::InTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void Connection::Rollback() {
  constexpr char kRollback[] = "ROLLBACK";
  if (InTransaction()) database_.tryExec(kRollback);
}

int64_t Connection::Changes() const { return sqlite3_changes64(handle()); }

absl::Status Connection::ErrorOf(int code) const {
  return StatusOfCode(code, sqlite3_system_errno(handle()));
}

int Connection::LastCode() const { return sqlite3_extended_errcode(handle()); }

std::vector<std::string> Connection::StatementTexts() const {
  std::vector<std::string> texts;
  for (const auto& [text, prepared] : prepared_) {
    if (prepared != nullptr) texts.emplace_back(text);
  }
  return texts;
}

}  // namespace dsr::sqlite
