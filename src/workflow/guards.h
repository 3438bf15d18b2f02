// Guards: the conditions of transitions.
#ifndef DSR_WORKFLOW_GUARDS_H_
#define DSR_WORKFLOW_GUARDS_H_

#include "absl/time/time.h"
#include "dsr/v1/workflow.pb.h"
#include "dsr/workflow/engine.h"

namespace dsr {

// True when a passed verification at `level` or above has not expired at `now`.
bool IsVerified(const storage::v1::RequestState& state, v1::AssuranceLevel level, absl::Time now);

// Tells whether the guard holds for `actor` at `now`.
bool Holds(const v1::Guard& guard, const storage::v1::RequestState& state, const Actor& actor,
           absl::Time now);

// Why an action is rejected when this guard does not hold.
absl::Status Explain(const v1::Guard& guard, const v1::Request& request, absl::string_view action);

}  // namespace dsr

#endif  // DSR_WORKFLOW_GUARDS_H_
