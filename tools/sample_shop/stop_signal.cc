#include "sample_shop/stop_signal.h"

#include <algorithm>

namespace dsr::sample_shop {

void StopSignal::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

void StopSignal::Wake() {
  MutexLock lock(mutex_);
  ++wakes_;
  changed_.NotifyAll();
}

bool StopSignal::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

bool StopSignal::WaitFor(absl::Duration duration) {
  const absl::Time deadline = clock_.Now() + duration;
  MutexLock lock(mutex_);
  const int64_t wakes = wakes_;
  while (!stopped_ && wakes_ == wakes && clock_.Now() < deadline) {
    clock_.WaitUntil(changed_, mutex_, deadline);
  }
  return !stopped_;
}

absl::Duration Backoff::Next() {
  constexpr absl::Duration kFirst = absl::Milliseconds(100);
  constexpr absl::Duration kLongest = absl::Seconds(2);
  delay_ = delay_ == absl::ZeroDuration() ? kFirst : std::min(2 * delay_, kLongest);
  return delay_;
}

}  // namespace dsr::sample_shop
