#include "testing/simulated_clock.h"

#include <vector>

namespace dsr {

absl::Time SimulatedClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

void SimulatedClock::WaitUntil(CondVar& condition, Mutex& mutex, absl::Time deadline) {
  std::list<Waiter>::iterator self;
  {
    MutexLock lock(mutex_);
    if (now_ >= deadline) return;
    self = waiters_.insert(waiters_.end(), Waiter{&condition, &mutex});
    changed_.NotifyAll();
  }
  // Who moves the clock from here on takes `mutex` before notifying, so no wake-up is lost.
  condition.Wait(mutex);
  // The one who notifies needs `mutex` to finish with this waiter.
  mutex.Unlock();
  {
    MutexLock lock(mutex_);
    while (self->pins > 0) changed_.Wait(mutex_);
    waiters_.erase(self);
  }
  mutex.Lock();
}

void SimulatedClock::SetTime(absl::Time now) {
  {
    MutexLock lock(mutex_);
    now_ = now;
  }
  WakeWaiters();
}

void SimulatedClock::Advance(absl::Duration duration) {
  {
    MutexLock lock(mutex_);
    now_ += duration;
  }
  WakeWaiters();
}

void SimulatedClock::AwaitWaiters(int count) {
  MutexLock lock(mutex_);
  while (static_cast<int>(waiters_.size()) < count) changed_.Wait(mutex_);
}

void SimulatedClock::WakeWaiters() {
  std::vector<Waiter*> pinned;
  {
    MutexLock lock(mutex_);
    for (Waiter& waiter : waiters_) {
      ++waiter.pins;
      pinned.push_back(&waiter);
    }
  }
  for (Waiter* waiter : pinned) {
    MutexLock lock(*waiter->mutex);
    waiter->condition->NotifyAll();
  }
  MutexLock lock(mutex_);
  for (Waiter* waiter : pinned) --waiter->pins;
  changed_.NotifyAll();
}

}  // namespace dsr
