// What a call is told that cannot even be queued.
#ifndef DSR_APP_TOO_BUSY_H_
#define DSR_APP_TOO_BUSY_H_

#include "absl/status/status.h"

namespace dsr {

// UNAVAILABLE RETRY_LATER.
absl::Status TooBusy();

}  // namespace dsr

#endif  // DSR_APP_TOO_BUSY_H_
