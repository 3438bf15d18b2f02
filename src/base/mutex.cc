#include "dsr/base/mutex.h"

namespace dsr {

// std::condition_variable wants a unique_lock; it borrows the lock that the caller holds.
void CondVar::Wait(Mutex& mutex) {
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  condition_.wait(lock);
  lock.release();
}

void CondVar::WaitFor(Mutex& mutex, absl::Duration timeout) {
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  condition_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
  lock.release();
}

}  // namespace dsr
