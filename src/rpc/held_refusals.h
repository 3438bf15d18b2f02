// Refusals of calls beyond a limit, held back for a moment.
#ifndef DSR_RPC_HELD_REFUSALS_H_
#define DSR_RPC_HELD_REFUSALS_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"

namespace dsr {

// A client that repeats a refused call at once, on many connections, takes the processor from all
// others by being refused. It waits for its answer first: so a connection costs two refusals a
// second. What is held is bounded, messages included; beyond that refusals leave at once.
// Thread-safe; does not block.
class HeldRefusals {
 public:
  // A refusal that is held. Given up when it is destroyed; this outlives it.
  using Place = std::shared_ptr<const void>;

  // How long to hold the next one: half a second on average. No two that came together are alike,
  // or those who were refused at once would all be back at once.
  absl::Duration NextPause();
  // Null when there is no place for a call whose message has that many bytes.
  Place Hold(int64_t message_bytes);

 private:
  std::atomic<uint32_t> pauses_ = 0;
  Mutex mutex_;
  int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dsr

#endif  // DSR_RPC_HELD_REFUSALS_H_
