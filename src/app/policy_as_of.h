// Which policy a report of the past is made by.
#ifndef DSR_APP_POLICY_AS_OF_H_
#define DSR_APP_POLICY_AS_OF_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/store/store.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// Returns the policy of the last request that was filed by `time`, which no later version changes;
// the newest where none was. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the store holds
// no policy. Blocks.
absl::StatusOr<v1::Policy> PolicyAsOf(ReadView& view, absl::Time time);

}  // namespace dsr

#endif  // DSR_APP_POLICY_AS_OF_H_
