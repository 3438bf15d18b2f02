#include "rpc/task_tokens.h"

#include "app/authorizer.h"
#include "app/not_found.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {

std::string LeaseTokenText(absl::string_view token) { return HexEncode(token); }

absl::StatusOr<std::string> ParseLeaseToken(absl::string_view text) {
  constexpr absl::string_view kField = "lease_token";
  if (text.empty()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, kField, "is required");
  }
  absl::StatusOr<std::string> token = HexDecode(text);
  if (token.ok() && token->size() == 16) return token;
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, kField, "is that of the leased task");
}

absl::Status FindOwnTask(ReadView& view, const Principal& principal, const RequestId& request,
                         const TaskId& id, v1::Task& task) {
  absl::StatusOr<v1::Task> found = view.FindTask(request, id);
  if (absl::IsNotFound(found.status()) || (found.ok() && !MaySeeTask(principal, *found))) {
    return ResourceNotFound(TaskName(request, id));
  }
  DSR_RETURN_IF_ERROR(found.status());
  task = *std::move(found);
  return absl::OkStatus();
}

}  // namespace dsr
