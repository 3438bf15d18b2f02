// A connection to one of the shop's databases.
//
// SQLiteCpp reports errors by exceptions. They stay inside Transact: the bodies given to it, and
// the functions of this folder that take an SQLite::Database, may throw SQLite::Exception; nothing
// else does.
#ifndef DSR_TOOLS_SAMPLE_SHOP_DATABASE_H_
#define DSR_TOOLS_SAMPLE_SHOP_DATABASE_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::sample_shop {

// What a database holds.
struct Schema {
  // Tells the shop's files from the recipients' and from anybody else's.
  int32_t application_id;
  // The statements that make an empty database.
  const char* statements;
};

// Not thread-safe; each thread has its own. Connections to one file wait for each other, up to 10
// s.
class Database {
 public:
  // Makes a new file with the schema. ALREADY_EXISTS when there is something of that name.
  static absl::StatusOr<std::unique_ptr<Database>> Create(absl::string_view path,
                                                          const Schema& schema);
  // Opens a file that Create made. FAILED_PRECONDITION when it is missing or another kind of file.
  static absl::StatusOr<std::unique_ptr<Database>> Open(absl::string_view path,
                                                        const Schema& schema);

  // Runs `body` in one transaction and commits when it returns OK; otherwise nothing has changed.
  // Errors: those of `body`; UNAVAILABLE when another connection held the database too long;
  // INTERNAL with the number of the database's error.
  absl::Status Transact(absl::FunctionRef<absl::Status(SQLite::Database&)> body);

 private:
  explicit Database(std::unique_ptr<SQLite::Database> connection);

  const std::unique_ptr<SQLite::Database> connection_;
};

// Binds one value, an empty optional as NULL.
template <class T>
void BindValue(SQLite::Statement& statement, int index, const T& value) {
  statement.bind(index, value);
}
inline void BindValue(SQLite::Statement& statement, int index,
                      const std::optional<std::string>& value) {
  if (value.has_value()) {
    statement.bind(index, *value);
  } else {
    statement.bind(index);
  }
}

// Binds `values` to the statement's parameters, in order.
template <class... Values>
void Bind(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (BindValue(statement, ++index, values), ...);
}

// Runs a statement that gives no rows, and returns how many rows it changed.
template <class... Values>
int Execute(SQLite::Database& db, const std::string& sql, const Values&... values) {
  SQLite::Statement statement(db, sql);
  Bind(statement, values...);
  return statement.exec();
}

// Returns the first column of the first row as a number, 0 when there is no row.
template <class... Values>
int64_t QueryNumber(SQLite::Database& db, const std::string& sql, const Values&... values) {
  SQLite::Statement statement(db, sql);
  Bind(statement, values...);
  return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

// Returns the first column of the first row as text; nothing when there is no row.
template <class... Values>
std::optional<std::string> QueryText(SQLite::Database& db, const std::string& sql,
                                     const Values&... values) {
  SQLite::Statement statement(db, sql);
  Bind(statement, values...);
  if (!statement.executeStep()) return std::nullopt;
  return statement.getColumn(0).getString();
}

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_DATABASE_H_
