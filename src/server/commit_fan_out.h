// Tells several listeners of each commit.
#ifndef DSR_SERVER_COMMIT_FAN_OUT_H_
#define DSR_SERVER_COMMIT_FAN_OUT_H_

#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "app/commit_listener.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Listeners are added while dsrd starts, when commits already happen. Thread-safe.
class CommitFanOut : public CommitListener {
 public:
  using Listener = std::function<void(const CommitHints&)>;

  // `listener` must not block. What it refers to outlives the last commit.
  void Add(Listener listener) {
    MutexLock lock(mutex_);
    listeners_.push_back(std::move(listener));
  }

  void OnCommitted(const CommitHints& hints) override {
    MutexLock lock(mutex_);
    for (const Listener& listener : listeners_) listener(hints);
  }

 private:
  Mutex mutex_;
  std::vector<Listener> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_SERVER_COMMIT_FAN_OUT_H_
