// The header with which a peer asks not to be called again for a while.
#ifndef DSR_DELIVERY_RETRY_AFTER_H_
#define DSR_DELIVERY_RETRY_AFTER_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// Returns how long after `now` the value of a header `Retry-After` asks to wait: a number of
// seconds, or an HTTP date in any of its three forms. ZeroDuration when it is in the past or not to
// be understood. How much of it is granted is the schedule's matter.
absl::Duration ParseRetryAfter(absl::string_view value, absl::Time now);

}  // namespace dsr

#endif  // DSR_DELIVERY_RETRY_AFTER_H_
