// One connection to the database file, and the statements it keeps prepared.
#ifndef DSR_STORE_SQLITE_CONNECTION_H_
#define DSR_STORE_SQLITE_CONNECTION_H_

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace dsr::sqlite {

struct ConnectionOptions {
  // The database file. Created, readable by its owner only, unless `read_only`.
  std::string path;
  // The read-only connections of the pool; they need the writing one to be open.
  bool read_only = false;
  // With `read_only`: nothing writes the file, and none of its own files is beside it, so that it
  // is read as it is and nothing is made beside it.
  bool immutable = false;
  // The layer between SQLite and the operating system; empty for SQLite's own.
  std::string vfs;
  int64_t cache_kib = 8192;
};

// A connection with every setting of the house in force: write-ahead log, synchronous=FULL, foreign
// keys, no trusted schema, no mapped memory, no extensions, lowered limits, no checkpoint unless
// asked for.
//
// Not thread-safe; used by one thread at a time.
class Connection {
 public:
  // Opens the file. Leaves a file alone that is not a database of dsrd. Errors: FAILED_PRECONDITION
  // INSTALLATION_INVALID when it is not one, or cannot be opened.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs a statement without parameters and results. `sql` lives for ever.
  absl::Status Execute(const char* sql);

  // Tells whether a transaction is open. After an error it may not be any more.
  bool InTransaction() const;
  // Ends the transaction without a trace, if one is open.
  void Rollback();

  // The rows that the last statement changed.
  int64_t Changes() const;
  // The error for `code`, as StatusOfCode, of the call that has just failed on this connection.
  absl::Status ErrorOf(int code) const;
  // The extended code of the last call.
  int LastCode() const;

  // The bytes bound to parameters since the beginning: a measure of how much was written.
  int64_t bound_bytes() const { return bound_bytes_; }
  sqlite3* handle() const { return database_.getHandle(); }
  // The texts of all statements kept prepared.
  std::vector<std::string> StatementTexts() const;

 private:
  friend class Query;

  struct Prepared {
    SQLite::Statement statement;
    bool is_used = false;
  };

  explicit Connection(SQLite::Database database) : database_(std::move(database)) {}

  absl::Status Configure(const ConnectionOptions& options);
  // Throws SQLite::Exception.
  Prepared& Prepare(const char* sql);

  SQLite::Database database_;
  // By the address of the text, which is a constant of the program.
  absl::flat_hash_map<const char*, std::unique_ptr<Prepared>> prepared_;
  int64_t bound_bytes_ = 0;
};

// 'DSRD', the file's application id.
inline constexpr int64_t kApplicationId = 0x44535244;

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_CONNECTION_H_
