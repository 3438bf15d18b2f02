// Changes that are no request's: each with its idempotency key, stored answer and audit record in
// one transaction.
#ifndef DSR_APP_AUDITED_CHANGE_H_
#define DSR_APP_AUDITED_CHANGE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/decision_body.h"
#include "dsr/base/clock.h"
#include "dsr/store/store.h"

namespace dsr {

// Writes the change and returns the serialised answer. Runs on the writer's thread; may run twice.
using Change = std::function<absl::StatusOr<std::string>(Transaction&, absl::Time now)>;

// Carries out `change`, or gives the answer stored under the call's key. The audit record says
// `kind` and `about`, neither of them personal. `done` gets the serialised answer. Errors:
// INVALID_ARGUMENT IDEMPOTENCY_KEY_REUSED, those of `change` and of Store. Does not block.
void ExecuteAudited(Store& store, const Clock& clock, CallContext context, std::string kind,
                    std::string about, Change change, ExecutionDone done);

}  // namespace dsr

#endif  // DSR_APP_AUDITED_CHANGE_H_
