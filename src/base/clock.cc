#include "dsr/base/clock.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace dsr {
namespace {

// The wait itself runs on the steady clock, which does not see the wall clock step: a deadline must
// not be missed by more than this after a step forward.
constexpr absl::Duration kLongestWait = absl::Seconds(1);

}  // namespace

absl::Time SystemClock::Now() const { return absl::Now() + offset_; }

void SystemClock::WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline) {
  const absl::Duration remaining = deadline - Now();
  if (remaining <= absl::ZeroDuration()) return;
  condition.WaitFor(mutex, std::min(remaining, kLongestWait));
}

}  // namespace dsr
