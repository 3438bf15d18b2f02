#include "store/sqlite/completion_queue.h"

#include <utility>

namespace dsr::sqlite {

CompletionQueue::CompletionQueue() : thread_("store-done", [this] { Run(); }) {}

void CompletionQueue::Push(std::vector<Job> jobs) {
  MutexLock lock(mutex_);
  groups_.push_back(std::move(jobs));
  changed_.NotifyOne();
}

void CompletionQueue::Close() {
  {
    MutexLock lock(mutex_);
    is_closing_ = true;
    changed_.NotifyOne();
  }
  thread_.Join();
}

void CompletionQueue::Run() {
  while (true) {
    std::vector<Job> jobs;
    {
      MutexLock lock(mutex_);
      while (groups_.empty() && !is_closing_) changed_.Wait(mutex_);
      if (groups_.empty()) return;
      jobs = std::move(groups_.front());
      groups_.pop_front();
    }
    for (Job& job : jobs) job.done(std::move(job.result));
  }
}

}  // namespace dsr::sqlite
