// Hands out keys of the key file to new subjects.
#ifndef DSR_APP_KEY_NUMBERS_H_
#define DSR_APP_KEY_NUMBERS_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "app/key_file.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// Gives each new subject the next free number, and fills the key file ahead on a thread of its own.
// A number that is handed out and not used is handed out again after the next start: nothing was
// ever stored under its key. Thread-safe.
class KeyNumbers {
 public:
  // Begins after the last number that the store knows. Both arguments outlive this. Keeps up to
  // `ahead` keys ready. Blocks. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the store
  // knows more keys than the file has: the file is an older copy, and the subjects' keys are
  // elsewhere.
  static absl::StatusOr<std::unique_ptr<KeyNumbers>> Open(Store& store, KeyFile& file,
                                                          int64_t ahead = 8192);

  KeyNumbers(const KeyNumbers&) = delete;
  KeyNumbers& operator=(const KeyNumbers&) = delete;
  ~KeyNumbers();

  // Returns a number that nobody else got, whose key is durable. Blocks on the disk only when the
  // filling could not keep up. Errors: RESOURCE_EXHAUSTED DISK_FULL.
  absl::StatusOr<int64_t> Next();

 private:
  KeyNumbers(KeyFile& file, int64_t last, int64_t ahead);

  void FillAhead();

  KeyFile& file_;
  const int64_t ahead_;
  std::atomic<int64_t> last_;
  Mutex mutex_;
  CondVar wanted_;
  bool refill_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread filler_;
};

}  // namespace dsr

#endif  // DSR_APP_KEY_NUMBERS_H_
