// How often something may happen, for each of many keys.
#ifndef DSR_RPC_RATE_LIMITER_H_
#define DSR_RPC_RATE_LIMITER_H_

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"

namespace dsr {

// `burst` at once, and one more each `interval`. No burst: any number.
struct Rate {
  int burst = 0;
  absl::Duration interval;

  // `count` at once, and as many again spread evenly over each `period`. A count of 0 is any
  // number.
  static Rate Of(int count, absl::Duration period) {
    return count == 0 ? Rate() : Rate{.burst = count, .interval = period / count};
  }
};

// A token bucket for each key, kept as the one instant at which it will be full again (GCRA). Keys
// whose bucket is full are forgotten, and of the others so many are kept at most: those beyond
// share one bucket, so that whoever makes up keys gains nothing by it. Which clock tells `now` is
// the caller's matter; a step backwards makes nobody wait longer than a whole bucket takes.
// Thread-safe; does not block.
class RateLimiter {
 public:
  explicit RateLimiter(size_t most_keys = size_t{1} << 16) : most_keys_(most_keys) {}

  // Takes one of `key`'s bucket. Returns zero, or how long until there is one.
  absl::Duration Take(absl::string_view key, const Rate& rate, absl::Time now);
  // The same without taking it.
  absl::Duration Look(absl::string_view key, const Rate& rate, absl::Time now);
  // Puts back one that was taken and not used.
  void PutBack(absl::string_view key, const Rate& rate);

  // How many keys are kept.
  size_t size() const;

 private:
  // The instant at which `key`'s bucket is full; makes room for it.
  absl::Time& FullAt(absl::string_view key, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t most_keys_;
  mutable Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Time> full_at_ ABSL_GUARDED_BY(mutex_);
  // At this size those that are full are looked for again.
  size_t sweep_at_ ABSL_GUARDED_BY(mutex_) = 1024;
};

}  // namespace dsr

#endif  // DSR_RPC_RATE_LIMITER_H_
