// Calls beyond a limit, counted for the audit log and the log.
#ifndef DSR_RPC_LIMITED_CALLS_H_
#define DSR_RPC_LIMITED_CALLS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"

namespace dsr {

// Writes at most one record a minute for each principal and limit, with the number of calls it
// stands for: a flood must not fill the logs. Thread-safe; does not block. The arguments outlive
// this.
class LimitedCalls {
 public:
  LimitedCalls(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Counts one call; an empty `principal` is one that nobody knows.
  void Add(const std::string& principal, const std::string& limit);

  // Writes what is counted and not written.
  void Flush();

 private:
  // Principal and limit.
  using Key = std::pair<std::string, std::string>;
  struct Count {
    int64_t calls = 0;
    absl::Time written = absl::InfinitePast();
  };

  void Write(const Key& key, int64_t calls);

  Store& store_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<Key, Count> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_RPC_LIMITED_CALLS_H_
