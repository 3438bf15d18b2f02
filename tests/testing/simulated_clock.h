// A clock that stands still until a test moves it.
#ifndef DSR_TESTS_TESTING_SIMULATED_CLOCK_H_
#define DSR_TESTS_TESTING_SIMULATED_CLOCK_H_

#include <list>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Tells the time it was set to. Moving it wakes every thread that waits by it; a waiter whose
// deadline has not come sees that and waits again. Thread-safe; who moves it must not hold a mutex
// that a waiter waits with.
class SimulatedClock : public Clock {
 public:
  explicit SimulatedClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override;
  void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // Sets the time, forwards or backwards.
  void SetTime(absl::Time now);
  // Moves the time by `duration`.
  void Advance(absl::Duration duration);

  // Blocks until at least `count` threads wait by this clock: a test knows then that they are idle.
  void AwaitWaiters(int count);

 private:
  struct Waiter {
    CondVar* condition;
    Mutex* mutex;
    // How many calls are about to notify this waiter, which must not leave before they have.
    int pins = 0;
  };

  void WakeWaiters();

  mutable Mutex mutex_;
  CondVar changed_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  std::list<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_SIMULATED_CLOCK_H_
