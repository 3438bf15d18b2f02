// Moves what was written from the log into the database file, between groups.
#ifndef DSR_STORE_SQLITE_CHECKPOINTER_H_
#define DSR_STORE_SQLITE_CHECKPOINTER_H_

#include <cstdint>
#include <functional>

#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// Checkpoints on the writer's connection, because in this SQLite a checkpoint that overlaps the
// commit of another connection can lose that commit. They are PASSIVE and frequent, hence small,
// and wait for no reader. A log that a long reader made grow is cut off once nobody reads.
//
// Not thread-safe; used by the writer's thread only.
class Checkpointer {
 public:
  struct Limits {
    // Pages of the log after which it is written back.
    int64_t step_pages;
    // Pages beyond which the log is cut off.
    int64_t truncate_pages;
  };

  // `has_readers` tells whether a read is under way. The connection outlives this.
  Checkpointer(Connection& connection, Limits limits, std::function<bool()> has_readers);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  // Called after each commit: writes back what has come together. Ends the process when the disk
  // does not take it (IsSyncFailure); other errors are left to the next time.
  void AfterCommit();

  // How often it wrote back.
  int64_t count() const { return count_; }
  // Pages in the log as of the last commit.
  int64_t log_pages() const { return log_pages_; }

 private:
  static int OnCommit(void* self, sqlite3* database, const char* name, int log_pages);
  void Checkpoint(int mode);

  Connection& connection_;
  const Limits limits_;
  const std::function<bool()> has_readers_;
  int64_t log_pages_ = 0;
  int64_t next_at_;
  int64_t count_ = 0;
};

// Logs that the disk does not take what is written and ends the process at once: what was
// acknowledged is on the disk, and a restart finds out what else is. The kernel may report success
// the next time although it dropped the pages, so that going on would lose data silently.
[[noreturn]] void EndAfterSyncFailure(int extended_code);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_CHECKPOINTER_H_
