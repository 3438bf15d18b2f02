// Calls without a known token, counted for the audit log.
#ifndef DSR_RPC_ANONYMOUS_REFUSALS_H_
#define DSR_RPC_ANONYMOUS_REFUSALS_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"

namespace dsr {

// Writes at most one audit record a minute, with the number of calls it stands for: whoever has no
// token must not be able to fill the log. Thread-safe; does not block. The arguments outlive this.
class AnonymousRefusals {
 public:
  AnonymousRefusals(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Counts one call.
  void Add();

  // Writes what is counted and not written.
  void Flush();

 private:
  Store& store_;
  const Clock& clock_;
  Mutex mutex_;
  int64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time written_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace dsr

#endif  // DSR_RPC_ANONYMOUS_REFUSALS_H_
