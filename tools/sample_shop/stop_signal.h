// Tells threads to stop, and lets them wait meanwhile.
#ifndef DSR_TOOLS_SAMPLE_SHOP_STOP_SIGNAL_H_
#define DSR_TOOLS_SAMPLE_SHOP_STOP_SIGNAL_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"

namespace dsr::sample_shop {

// Thread-safe.
class StopSignal {
 public:
  // `clock` outlives this.
  explicit StopSignal(Clock& clock) : clock_(clock) {}

  // Ends every wait, now and later.
  void Stop();
  // Ends the waits that are under way: there is something to do.
  void Wake();
  bool stopped() const;

  // Blocks for `duration`, or until Stop or Wake. Returns false when it is time to stop.
  bool WaitFor(absl::Duration duration);

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // Counts Wake, so that a waiter tells it from a wait that ended by itself.
  int64_t wakes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Delays between attempts: 100 ms, doubling up to 2 s. A value; used by one thread.
class Backoff {
 public:
  // Returns how long to wait before the next attempt.
  absl::Duration Next();
  // An attempt worked: begin again with the shortest delay.
  void Reset() { delay_ = absl::ZeroDuration(); }

 private:
  absl::Duration delay_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_STOP_SIGNAL_H_
