// How many one-time codes are sent: each costs money.
#ifndef DSR_RPC_CODE_LIMITS_H_
#define DSR_RPC_CODE_LIMITS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/config/v1/config.pb.h"
#include "rpc/rate_limiter.h"

namespace dsr {

// The hours' limits, in memory: a restart begins them anew. What the policy allows per request, and
// per subject and day, is decided from what is stored and holds all the same. Thread-safe; does not
// block.
class CodeLimits {
 public:
  // `limits` is complete (CompleteLimits). `clock` outlives this.
  CodeLimits(const config::v1::Limits& limits, const Clock& clock);

  // Takes one code about `subject`, the bytes of its id, that `principal` wants sent. Errors:
  // RATE_LIMITED, and then none is taken.
  absl::Status Take(const std::string& principal, const std::string& subject);
  // Puts back one that was taken and not sent.
  void PutBack(const std::string& principal, const std::string& subject);

 private:
  const Rate subject_;
  const Rate principal_;
  const Rate all_;
  const Clock& clock_;
  RateLimiter subjects_;
  RateLimiter principals_;
  RateLimiter installation_;
};

}  // namespace dsr

#endif  // DSR_RPC_CODE_LIMITS_H_
