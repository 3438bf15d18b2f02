// What the calls of workers share.
#ifndef DSR_RPC_TASK_TOKENS_H_
#define DSR_RPC_TASK_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/principal.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/v1/task.pb.h"

namespace dsr {

// A lease's token in the API and back. Errors: INVALID_ARGUMENT for the field `lease_token`.
std::string LeaseTokenText(absl::string_view token);
absl::StatusOr<std::string> ParseLeaseToken(absl::string_view text);

// Reads a task that `principal` may see. Errors: NOT_FOUND RESOURCE_NOT_FOUND for any other.
absl::Status FindOwnTask(ReadView& view, const Principal& principal, const RequestId& request,
                         const TaskId& id, v1::Task& task);

}  // namespace dsr

#endif  // DSR_RPC_TASK_TOKENS_H_
