// The connections that read.
#ifndef DSR_STORE_SQLITE_READ_POOL_H_
#define DSR_STORE_SQLITE_READ_POOL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// A fixed number of read-only connections, opened once: opening costs as much as many reads, and
// closing one while others are open is where locks get lost. Thread-safe.
class ReadPool {
 public:
  // Opens `size` connections, at least one. The writing connection is open already.
  static absl::StatusOr<std::unique_ptr<ReadPool>> Open(const ConnectionOptions& options, int size);

  ~ReadPool() { Close(); }

  // As Store::Read.
  absl::Status Read(const std::function<absl::Status(ReadView&)>& body);

  // Runs `body` with a connection that no transaction is open on, and ends one that `body` left.
  absl::Status Use(const std::function<absl::Status(Connection&)>& body);

  // Tells whether a read is under way. It may begin or end at any moment.
  bool HasReaders() const;

  // The texts of the statements that idle connections keep prepared. For tests of query plans.
  std::vector<std::string> StatementTexts() const;

  // Lets no new read begin, waits for those under way, and closes the connections. Idempotent.
  void Close();

 private:
  ReadPool(std::string path, std::vector<std::unique_ptr<Connection>> connections);

  // Takes an idle connection, waiting for one; null when the pool is closed.
  std::unique_ptr<Connection> Take();
  void GiveBack(std::unique_ptr<Connection> connection);

  const std::string path_;
  const size_t size_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_READ_POOL_H_
