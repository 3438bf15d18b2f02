// How many calls each principal may make, and how many may come from an address that nobody knows.
#ifndef DSR_RPC_CALL_LIMITS_H_
#define DSR_RPC_CALL_LIMITS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/principal.h"
#include "dsr/base/mutex.h"
#include "dsr/config/v1/config.pb.h"
#include "rpc/rate_limiter.h"

namespace dsr {

// Counts in real time, whatever the server's clock says. Thread-safe; does not block.
class CallLimits {
 public:
  // A place among a principal's calls under way. Given up when it is destroyed.
  using Place = std::shared_ptr<const void>;

  // `limits` is complete (CompleteLimits).
  explicit CallLimits(config::v1::Limits limits) : limits_(std::move(limits)) {}
  CallLimits(const CallLimits&) = delete;
  CallLimits& operator=(const CallLimits&) = delete;

  // Before a token is looked up. `peer` is as gRPC writes it. An address on loopback stands for
  // whoever is behind it, so it passes. Errors: RATE_LIMITED.
  absl::Status CheckPeer(absl::string_view peer);
  // When the call brought no known token. Errors: RATE_LIMITED.
  absl::Status CountUnknown(absl::string_view peer);

  // Takes one call of `principal`, which is under way as long as the place is kept; this outlives
  // the place. Errors: RATE_LIMITED.
  absl::StatusOr<Place> Admit(const Principal& principal);

 private:
  const config::v1::CallLimits& LimitsOf(const Principal& principal) const;
  Rate UnknownRate() const;

  const config::v1::Limits limits_;
  RateLimiter principals_;
  RateLimiter peers_;
  Mutex mutex_;
  std::map<std::string, int> under_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_RPC_CALL_LIMITS_H_
