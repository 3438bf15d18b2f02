// The source of time, passed in wherever time matters.
#ifndef DSR_BASE_CLOCK_H_
#define DSR_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Tells the time and waits for it. Outlives everything that uses it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Returns the present instant. It can step backwards when the machine's clock is set.
  virtual absl::Time Now() const = 0;

  // Gives `mutex` up, blocks until `condition` is notified or Now() >= `deadline`, and takes
  // `mutex` again. May also return without either: call it in a loop that tests the condition and
  // the time. Returns at once when the deadline has passed; absl::InfiniteFuture() waits for a
  // notification.
  virtual void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;
};

// The machine's clock, moved by a constant offset; the only reader of the wall clock. Thread-safe.
class SystemClock : public Clock {
 public:
  // `offset` is added to every reading; other than zero only to try out deadlines (--time-offset).
  explicit SystemClock(absl::Duration offset = absl::ZeroDuration()) : offset_(offset) {}

  absl::Time Now() const override;
  // Returns at least every second, so that a step of the machine's clock is noticed.
  void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

 private:
  const absl::Duration offset_;
};

}  // namespace dsr

#endif  // DSR_BASE_CLOCK_H_
