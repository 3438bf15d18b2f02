// Commands that are decided side by side, so that they share commits.
#ifndef DSR_TOOLS_FILL_STORE_BATCH_H_
#define DSR_TOOLS_FILL_STORE_BATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "app/command_executor.h"
#include "dsr/base/mutex.h"

namespace dsr::fill_store {

// Counts what is under way, and what went wrong by reason. Thread-safe.
class Batch {
 public:
  // Most commands under way at once.
  static constexpr int64_t kMost = 256;

  // Returns what ends one command; blocks while too many are under way. `then` runs first, with
  // the result, on a thread of the store: it must not block.
  ExecutionDone Begin(std::function<void(const absl::StatusOr<ExecutionResult>&)> then = nullptr);

  // The same for a command that follows from one under way, begun in its `then`: does not block.
  ExecutionDone Follow();

  // Blocks until all have ended.
  void Wait();

  int64_t commands() const;
  // How many were refused, by reason.
  std::map<std::string, int64_t> refusals() const;

 private:
  void End(const absl::StatusOr<ExecutionResult>& result);

  mutable Mutex mutex_;
  CondVar ended_;
  int64_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t commands_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> refusals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_BATCH_H_
