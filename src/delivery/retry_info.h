// How a gRPC peer asks not to be called again for a while: google.rpc.RetryInfo.
#ifndef DSR_DELIVERY_RETRY_INFO_H_
#define DSR_DELIVERY_RETRY_INFO_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// Returns the delay of the first RetryInfo in `details`, the serialised google.rpc.Status that a
// call failed with. ZeroDuration when there is none, it is negative or not to be understood. How
// much of it is granted is the schedule's matter.
absl::Duration ParseRetryInfo(absl::string_view details);

}  // namespace dsr

#endif  // DSR_DELIVERY_RETRY_INFO_H_
