// The thread that tells callers what became of their bodies.
#ifndef DSR_STORE_SQLITE_COMPLETION_QUEUE_H_
#define DSR_STORE_SQLITE_COMPLETION_QUEUE_H_

#include <deque>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr::sqlite {

// A body with who wants to know its result.
struct Job {
  Store::Body body;
  Store::Done done;
  absl::Status result;
};

// Calls `done` of each job, in the order of Push, on a thread of its own: the writer goes on
// meanwhile. Thread-safe.
class CompletionQueue {
 public:
  CompletionQueue();
  ~CompletionQueue() { Close(); }

  // Takes over jobs whose results are durable. Not after Close.
  void Push(std::vector<Job> jobs);

  // Returns when every `done` has been called. Idempotent; must not be called by a `done`.
  void Close();

 private:
  void Run();

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::vector<Job>> groups_ ABSL_GUARDED_BY(mutex_);
  bool is_closing_ ABSL_GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_COMPLETION_QUEUE_H_
