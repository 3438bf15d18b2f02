// Purged requests: what is left of them, and what is said of the rest.
#ifndef DSR_APP_PURGED_H_
#define DSR_APP_PURGED_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// Returns what is left of a closed request that is purged at `now`: its name, what it was, when it
// came, was due, answered and closed, how it ended, and whether it was breached. Nothing tells
// whose it was.
storage::v1::RequestState OutlineOf(const storage::v1::RequestState& state, absl::Time now);

// Tells whether that is all there is.
inline bool IsPurged(const v1::Request& request) { return request.has_purge_time(); }

// FAILED_PRECONDITION CONTENT_ERASED.
absl::Status Purged(const v1::Request& request);

}  // namespace dsr

#endif  // DSR_APP_PURGED_H_
