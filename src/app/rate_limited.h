// What a call is told that is beyond a limit.
#ifndef DSR_APP_RATE_LIMITED_H_
#define DSR_APP_RATE_LIMITED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// RESOURCE_EXHAUSTED RATE_LIMITED, with a google.rpc.RetryInfo. `limit` is its name in the
// configuration; the call may be repeated after `wait`.
absl::Status RateLimited(absl::string_view limit, absl::Duration wait);

// The limit that `status` is about; empty when it is another error.
std::string LimitOf(const absl::Status& status);

}  // namespace dsr

#endif  // DSR_APP_RATE_LIMITED_H_
