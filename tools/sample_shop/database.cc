#include "sample_shop/database.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"

namespace dsr::sample_shop {
namespace {

constexpr int kBusyTimeoutMillis = 10000;

// Only the number: the library's text may quote a value.
absl::Status ToStatus(const SQLite::Exception& error) {
  const std::string message =
      absl::StrCat("the shop's database gave error ", error.getExtendedErrorCode());
  const int code = error.getErrorCode();
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return absl::UnavailableError(message);
  return absl::InternalError(message);
}

std::unique_ptr<SQLite::Database> Connect(absl::string_view path, int flags) {
  auto connection =
      std::make_unique<SQLite::Database>(std::string(path), flags, kBusyTimeoutMillis);
  // Several processes write: with a rollback journal they may, while write-ahead logging in the
  // SQLite of Debian 12 can lose a commit when another connection checkpoints.
  connection->exec("PRAGMA journal_mode = DELETE");
  connection->exec("PRAGMA foreign_keys = ON");
  connection->exec("PRAGMA trusted_schema = OFF");
  connection->exec("PRAGMA secure_delete = ON");
  return connection;
}

}  // namespace

Database::Database(std::unique_ptr<SQLite::Database> connection)
    : connection_(std::move(connection)) {}

absl::StatusOr<std::unique_ptr<Database>> Database::Create(absl::string_view path,
                                                           const Schema& schema) {
  if (FileExists(path)) {
    return absl::AlreadyExistsError("the database file exists; remove it or name another");
  }
  try {
    auto connection = Connect(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Transaction transaction(*connection, SQLite::TransactionBehavior::IMMEDIATE);
    connection->exec(schema.statements);
    connection->exec(absl::StrCat("PRAGMA application_id = ", schema.application_id));
    transaction.commit();
    return std::unique_ptr<Database>(new Database(std::move(connection)));
  } catch (const SQLite::Exception& error) {
    return ToStatus(error);
  }
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(absl::string_view path,
                                                         const Schema& schema) {
  if (!FileExists(path)) {
    return absl::FailedPreconditionError("no such database; make it with `sample_shop generate`");
  }
  try {
    auto connection = Connect(path, SQLite::OPEN_READWRITE);
    if (connection->execAndGet("PRAGMA application_id").getInt() != schema.application_id) {
      return absl::FailedPreconditionError("not the right database of the sample shop");
    }
    return std::unique_ptr<Database>(new Database(std::move(connection)));
  } catch (const SQLite::Exception& error) {
    return ToStatus(error);
  }
}

absl::Status Database::Transact(absl::FunctionRef<absl::Status(SQLite::Database&)> body) {
  try {
    SQLite::Transaction transaction(*connection_, SQLite::TransactionBehavior::IMMEDIATE);
    absl::Status status = body(*connection_);
    if (status.ok()) transaction.commit();
    return status;
  } catch (const SQLite::Exception& error) {
    return ToStatus(error);
  }
}

}  // namespace dsr::sample_shop
