// Open notices of recipients that were taken over.
#ifndef DSR_APP_NOTICE_MOVER_H_
#define DSR_APP_NOTICE_MOVER_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "app/command_executor.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// Moves them to the successor (PIPL 22: who takes over keeps the duties), one request at a time,
// soon after a recipient was given one, and at the start what a crash left. Thread-safe; does its
// work on a thread of its own.
class NoticeMover {
 public:
  // All of it outlives the mover.
  struct Parts {
    Store& store;
    Clock& clock;
    CommandExecutor& executor;
  };

  explicit NoticeMover(const Parts& parts);
  NoticeMover(const NoticeMover&) = delete;
  NoticeMover& operator=(const NoticeMover&) = delete;
  ~NoticeMover() { Close(); }

  // Finishes the request under way and ends. Idempotent. The store must still be open.
  void Close();

 private:
  void Run();
  absl::Status MoveAll();
  absl::Status MoveFrom(const std::string& recipient);
  bool IsClosing() const;

  const Parts parts_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_NOTICE_MOVER_H_
