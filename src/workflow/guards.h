// Guards: the conditions of transitions.
#ifndef DSR_WORKFLOW_GUARDS_H_
#define DSR_WORKFLOW_GUARDS_H_

#include "absl/status/status.h"
#include "dsr/v1/workflow.pb.h"
#include "workflow/proof.h"

namespace dsr {

// Tells whether the guard holds.
bool Holds(const v1::Guard& guard, const Circumstances& at);

// Why an action is rejected when this guard does not hold.
absl::Status Explain(const v1::Guard& guard, const Circumstances& at, absl::string_view action);

}  // namespace dsr

#endif  // DSR_WORKFLOW_GUARDS_H_
