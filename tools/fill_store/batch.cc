#include "fill_store/batch.h"

#include <utility>

#include "dsr/base/errors.h"

namespace dsr::fill_store {

ExecutionDone Batch::Begin(std::function<void(const absl::StatusOr<ExecutionResult>&)> then) {
  MutexLock lock(mutex_);
  while (running_ >= kMost) ended_.Wait(mutex_);
  ++running_;
  return [this, then = std::move(then)](const absl::StatusOr<ExecutionResult>& result) {
    if (then != nullptr) then(result);
    End(result);
  };
}

ExecutionDone Batch::Follow() {
  MutexLock lock(mutex_);
  ++running_;
  return [this](const absl::StatusOr<ExecutionResult>& result) { End(result); };
}

void Batch::End(const absl::StatusOr<ExecutionResult>& result) {
  MutexLock lock(mutex_);
  ++commands_;
  if (!result.ok()) ++refusals_[ErrorReasonName(ReasonOf(result.status()))];
  --running_;
  ended_.NotifyAll();
}

void Batch::Wait() {
  MutexLock lock(mutex_);
  while (running_ > 0) ended_.Wait(mutex_);
}

int64_t Batch::commands() const {
  MutexLock lock(mutex_);
  return commands_;
}

std::map<std::string, int64_t> Batch::refusals() const {
  MutexLock lock(mutex_);
  return refusals_;
}

}  // namespace dsr::fill_store
