// A few threads for work that waits: reading, sealing, key numbers.
#ifndef DSR_APP_WORK_POOL_H_
#define DSR_APP_WORK_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"

namespace dsr {

// Runs jobs on threads of its own, out of a bounded queue: the jobs of one owner in the order they
// came, and the owners in turn, so that many jobs of one delay another's by one job each.
// Thread-safe.
class WorkPool {
 public:
  WorkPool(absl::string_view name, int threads, size_t limit);
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  ~WorkPool() { Close(); }

  // Takes the job of `owner`, such as a principal's name, unless the queue is full or closed: then
  // returns false. Does not block.
  bool Add(absl::string_view owner, std::function<void()> job);

  // How many jobs wait for a thread.
  size_t queued() const;

  // Runs what is queued, and joins the threads. Idempotent; not by a thread of this pool.
  void Close();

 private:
  void Run();
  std::function<void()> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t limit_;
  mutable Mutex mutex_;
  CondVar changed_;
  using Jobs = std::deque<std::function<void()>>;
  // Of each owner that has some.
  std::map<std::string, Jobs> jobs_ ABSL_GUARDED_BY(mutex_);
  // The same owners, whose turn is next first.
  std::deque<std::map<std::string, Jobs>::iterator> turns_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: they use all of the above.
  std::vector<Thread> threads_;
};

}  // namespace dsr

#endif  // DSR_APP_WORK_POOL_H_
