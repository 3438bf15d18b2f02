#include "app/work_pool.h"

#include <utility>

namespace dsr {

WorkPool::WorkPool(absl::string_view name, int threads, size_t limit) : limit_(limit) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back(name, [this] { Run(); });
}

bool WorkPool::Add(std::function<void()> job) {
  MutexLock lock(mutex_);
  if (closed_ || jobs_.size() >= limit_) return false;
  jobs_.push_back(std::move(job));
  changed_.NotifyOne();
  return true;
}

void WorkPool::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }
  for (Thread& thread : threads_) thread.Join();
}

void WorkPool::Run() {
  while (true) {
    std::function<void()> job;
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !closed_) changed_.Wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace dsr
