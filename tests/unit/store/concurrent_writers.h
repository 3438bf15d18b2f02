// Many callers of a store, each with one call under way at a time.
#ifndef DSR_TESTS_UNIT_STORE_CONCURRENT_WRITERS_H_
#define DSR_TESTS_UNIT_STORE_CONCURRENT_WRITERS_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"

namespace dsr {

// Runs `writers` chains of `calls` calls: the answer to one call makes the next, as clients do,
// without a thread for each. Thread-safe.
class ConcurrentWriters {
 public:
  // Makes the body of call `call` of writer `writer`.
  using MakeBody = std::function<Store::Body(int writer, int call)>;

  ConcurrentWriters(Store& store, int writers, int calls, MakeBody make_body)
      : store_(store), writers_(writers), calls_(calls), make_body_(std::move(make_body)) {}

  // Runs all calls and returns the first error, or OK. Blocks.
  absl::Status Run() {
    {
      MutexLock lock(mutex_);
      running_ = writers_;
    }
    for (int writer = 0; writer < writers_; ++writer) Call(writer, 0);
    MutexLock lock(mutex_);
    while (running_ > 0) changed_.Wait(mutex_);
    return std::move(status_);
  }

 private:
  void Call(int writer, int call) {
    store_.Transact(make_body_(writer, call), [this, writer, call](absl::Status status) {
      if (status.ok() && call + 1 < calls_) return Call(writer, call + 1);
      MutexLock lock(mutex_);
      if (status_.ok()) status_ = std::move(status);
      if (--running_ == 0) changed_.NotifyOne();
    });
  }

  Store& store_;
  const int writers_;
  const int calls_;
  const MakeBody make_body_;
  Mutex mutex_;
  CondVar changed_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_STORE_CONCURRENT_WRITERS_H_
