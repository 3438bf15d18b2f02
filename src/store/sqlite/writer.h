// The one thread that writes, and the grouping of what it writes.
#ifndef DSR_STORE_SQLITE_WRITER_H_
#define DSR_STORE_SQLITE_WRITER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/completion_queue.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/log_table.h"

namespace dsr::sqlite {

// Bounds of one group: it is committed when one of them is reached, or when no body waits.
struct GroupLimits {
  int bodies = 128;
  int64_t bytes = int64_t{4} << 20;
  absl::Duration time = absl::Milliseconds(5);
};

// What the writer has done since it began.
struct WriterStats {
  int64_t groups = 0;  // commits
  int64_t bodies = 0;  // run in them
  int64_t largest_group = 0;
  int64_t checkpoints = 0;
  int64_t log_pages = 0;  // of 4 KiB, in the write-ahead log
};

// Runs bodies in the order they came, many of them under one commit:
//
//   BEGIN IMMEDIATE
//     SAVEPOINT; body; RELEASE        a body that fails is rolled back to its savepoint
//     SAVEPOINT; body; RELEASE
//   COMMIT                            forces the log to the disk, once for all of them
//
// Nothing waits for a group to fill: while one is committed the next comes together. When the whole
// transaction is lost (disk full, I/O error, no memory), its bodies run again, each under a commit
// of its own, so that one that is too large harms no other. A failed fsync ends the process.
//
// Thread-safe.
class Writer {
 public:
  // Starts the thread. `clock` outlives this; `path` is the file of `connection`. `on_disk_full`,
  // which may be null, is called by the thread when there was no room for a body's writes.
  Writer(std::unique_ptr<Connection> connection, std::string path, const Clock& clock,
         GroupLimits group_limits, Checkpointer::Limits checkpoint_limits,
         std::function<bool()> has_readers, std::function<void()> on_disk_full,
         int64_t durable_leaves);
  ~Writer() { Close(); }

  // As Store::Transact.
  void Transact(Store::Body body, Store::Done done);
  // As Store::DurableLeaves.
  int64_t DurableLeaves() const { return durable_leaves_.load(std::memory_order_acquire); }

  // Runs what is queued and tells all results. Idempotent; must not be called by a body or a
  // `done`.
  void Close();
  // After Close: writes the log back into the file, if this is its last connection, and closes it.
  void CloseConnection();

  WriterStats Stats() const;
  // The texts of the statements that the writer keeps prepared. Blocks for a body of its own; empty
  // after Close. For tests of query plans.
  std::vector<std::string> StatementTexts();

 private:
  void Run();
  // Takes over what is queued; waits for it, unless the writer closes: then false.
  bool AwaitJobs();
  // Takes over what came meanwhile. Does not wait.
  void TakeJobs();

  void RunGroup();
  // Tells whether another body belongs to the group of `count` that began at `begin_bytes`.
  bool GroupGoesOn(size_t count, int64_t begin_bytes, absl::Time deadline);
  // Runs a body in its savepoint and keeps its result. Whether the transaction is still there is to
  // be tested afterwards.
  void RunBody(Job& job);
  absl::Status RunInSavepoint(Job& job);
  absl::Status Commit();
  // Runs each body under a commit of its own and tells its result.
  void RunAlone(std::vector<Job> jobs);
  void CountGroup(int64_t bodies);
  void Finish(std::vector<Job> jobs);

  const std::string path_;
  const Clock& clock_;
  const GroupLimits limits_;
  const std::function<void()> on_disk_full_;

  // Used by the writer's thread only, but for the making.
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Checkpointer> checkpointer_;
  LogAppender log_;
  std::deque<Job> taken_;

  std::atomic<int64_t> durable_leaves_;
  CompletionQueue completions_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool is_closing_ ABSL_GUARDED_BY(mutex_) = false;
  WriterStats stats_ ABSL_GUARDED_BY(mutex_);

  Mutex close_mutex_;
  Thread thread_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_WRITER_H_
