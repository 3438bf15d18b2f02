#include "app/work_pool.h"

#include <utility>

namespace dsr {

WorkPool::WorkPool(absl::string_view name, int threads, size_t limit) : limit_(limit) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back(name, [this] { Run(); });
}

bool WorkPool::Add(absl::string_view owner, std::function<void()> job) {
  MutexLock lock(mutex_);
  if (closed_ || size_ >= limit_) return false;
  const auto jobs = jobs_.try_emplace(std::string(owner)).first;
  if (jobs->second.empty()) turns_.push_back(jobs);
  jobs->second.push_back(std::move(job));
  ++size_;
  changed_.NotifyOne();
  return true;
}

size_t WorkPool::queued() const {
  MutexLock lock(mutex_);
  return size_;
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
      while (size_ == 0 && !closed_) changed_.Wait(mutex_);
      if (size_ == 0) return;
      job = TakeNext();
    }
    job();
  }
}

std::function<void()> WorkPool::TakeNext() {
  const auto jobs = turns_.front();
  turns_.pop_front();
  std::function<void()> job = std::move(jobs->second.front());
  jobs->second.pop_front();
  --size_;
  if (jobs->second.empty()) {
    jobs_.erase(jobs);
  } else {
    turns_.push_back(jobs);
  }
  return job;
}

}  // namespace dsr
