// The database read over after a crash.
#ifndef DSR_SERVER_RECOVERY_CHECK_H_
#define DSR_SERVER_RECOVERY_CHECK_H_

#include <atomic>

#include "dsr/base/thread.h"
#include "store/sqlite/sqlite_store.h"

namespace dsr {

// Checks the pages of a store that was not closed before it was opened, on a thread of its own,
// while the server serves, and logs what came of it. A file of more than 2 GiB is left to `dsrctl
// fsck`: reading it would keep the write-ahead log long.
class RecoveryCheck {
 public:
  // `store` outlives this.
  explicit RecoveryCheck(sqlite::SqliteStore& store);
  RecoveryCheck(const RecoveryCheck&) = delete;
  RecoveryCheck& operator=(const RecoveryCheck&) = delete;
  ~RecoveryCheck() { Close(); }

  // Breaks it off. Idempotent; before the store closes.
  void Close();

 private:
  void Run();

  sqlite::SqliteStore& store_;
  std::atomic<bool> is_closed_ = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_SERVER_RECOVERY_CHECK_H_
