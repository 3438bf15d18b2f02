// A clock that stands where it is put.
#ifndef DSR_TOOLS_FILL_STORE_STEPPED_CLOCK_H_
#define DSR_TOOLS_FILL_STORE_STEPPED_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "dsr/base/clock.h"

namespace dsr::fill_store {

// Thread-safe.
class SteppedClock : public Clock {
 public:
  explicit SteppedClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}

  void Set(absl::Time now) { micros_ = absl::ToUnixMicros(now); }

  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  // Looks again after a hundredth of a real second.
  void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (Now() < deadline) condition.WaitFor(mutex, absl::Milliseconds(10));
  }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_STEPPED_CLOCK_H_
