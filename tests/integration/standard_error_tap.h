// What this process writes to standard error, on its way.
#ifndef DSR_TESTS_INTEGRATION_STANDARD_ERROR_TAP_H_
#define DSR_TESTS_INTEGRATION_STANDARD_ERROR_TAP_H_

#include <atomic>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "dsr/base/mutex.h"

namespace dsr {

// While it lives, standard error leads through a pipe, and from there to where it led before. One
// at a time. Thread-safe.
class StandardErrorTap {
 public:
  StandardErrorTap();
  StandardErrorTap(const StandardErrorTap&) = delete;
  StandardErrorTap& operator=(const StandardErrorTap&) = delete;
  ~StandardErrorTap();

  // All that was written since the last time, this process's buffers included.
  std::string Take();

 private:
  void Forward();
  // Reads what is there; false when nothing is.
  bool ReadSome() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  int before_ = -1;
  int pipe_ = -1;
  std::atomic<bool> has_ended_ = false;
  Mutex mutex_;
  std::string taken_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_STANDARD_ERROR_TAP_H_
