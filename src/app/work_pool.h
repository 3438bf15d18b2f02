// A few threads for work that waits: reading, sealing, key numbers.
#ifndef DSR_APP_WORK_POOL_H_
#define DSR_APP_WORK_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"

namespace dsr {

// Runs jobs in the order they came, on threads of its own, out of a bounded queue. Thread-safe.
class WorkPool {
 public:
  WorkPool(absl::string_view name, int threads, size_t limit);
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  ~WorkPool() { Close(); }

  // Takes the job, unless the queue is full or closed: then returns false. Does not block.
  bool Add(std::function<void()> job);

  // Runs what is queued, and joins the threads. Idempotent; not by a thread of this pool.
  void Close();

 private:
  void Run();

  const size_t limit_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: they use all of the above.
  std::vector<Thread> threads_;
};

}  // namespace dsr

#endif  // DSR_APP_WORK_POOL_H_
