// Which policy a report of the past is made by.
#ifndef DSR_APP_POLICY_AS_OF_H_
#define DSR_APP_POLICY_AS_OF_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/store/store.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// Returns the policy that the last request of those filed by `time` was filed under, which nothing
// that comes later changes; the first one there was where no request had been filed. Errors:
// FAILED_PRECONDITION INSTALLATION_INVALID when the store holds no policy. Blocks.
absl::StatusOr<v1::Policy> PolicyAsOf(ReadView& view, absl::Time time);

}  // namespace dsr

#endif  // DSR_APP_POLICY_AS_OF_H_
