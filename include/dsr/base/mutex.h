// Locks that both clang's thread-safety analysis and ThreadSanitizer understand.
//
// std::mutex has no annotations, and Debian's absl::Mutex is not instrumented for ThreadSanitizer:
// these thin classes over the standard ones have both.
//
//   Mutex mutex_;
//   CondVar changed_;
//   std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
//
//   MutexLock lock(mutex_);
//   while (jobs_.empty()) changed_.Wait(mutex_);
#ifndef DSR_BASE_MUTEX_H_
#define DSR_BASE_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace dsr {

// A mutual-exclusion lock, not recursive. Thread-safe.
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Blocks until this thread holds the lock. It must not hold it already.
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  // Gives the lock up. This thread must hold it.
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  // Takes the lock and returns true if no thread holds it. Does not block.
  bool TryLock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for the duration of a scope. The mutex outlives it.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable. Waiting may end without a notification: test the condition in a loop.
// Waiting for a moment goes through Clock::WaitUntil, so that tests do not sleep. Thread-safe.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Gives `mutex` up, blocks until notified, and takes it again.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // The same, for at most `timeout` of real time. Only SystemClock calls this.
  void WaitFor(Mutex& mutex, absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // Wakes one waiting thread, if there is one.
  void NotifyOne() { condition_.notify_one(); }
  // Wakes every waiting thread.
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace dsr

#endif  // DSR_BASE_MUTEX_H_
