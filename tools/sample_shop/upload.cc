#include "sample_shop/upload.h"

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "dsr/base/errors.h"

namespace dsr::sample_shop {
namespace {

// Where the server wants the upload to go on, if that is what `status` says.
std::optional<int64_t> ExpectedOffset(const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  if (!info.has_value() || ReasonOf(status) != v1::ERROR_REASON_OFFSET_WRONG) return std::nullopt;
  const auto found = info->metadata().find("expected_offset");
  int64_t offset = 0;
  if (found == info->metadata().end() || !absl::SimpleAtoi(found->second, &offset)) {
    return std::nullopt;
  }
  return offset;
}

}  // namespace

absl::Status UploadCategory(const RpcCaller& caller, v1::TaskService::Stub& tasks,
                            const v1::Task& task, const std::string& category,
                            absl::string_view lines) {
  const auto size = static_cast<int64_t>(lines.size());
  int64_t offset = 0;
  bool may_jump = true;
  while (offset < size) {
    const absl::string_view piece = lines.substr(static_cast<size_t>(offset), kUploadPiece);
    v1::UploadPartRequest request;
    request.set_name(task.name());
    request.set_lease_token(task.lease_token());
    request.set_category(category);
    request.set_offset(offset);
    request.set_data(std::string(piece));
    const absl::StatusOr<v1::UploadPartResponse> response =
        caller.Call(tasks, &v1::TaskService::Stub::UploadPart, request);
    int64_t next = 0;
    if (response.ok()) {
      next = response->next_offset();
      may_jump = true;
      if (next <= offset) return absl::InternalError("the upload makes no progress");
    } else if (const auto expected = ExpectedOffset(response.status()); expected && may_jump) {
      // Twice in a row would be a server that contradicts itself.
      next = *expected;
      may_jump = false;
    } else {
      return response.status();
    }
    if (next < 0 || next > size) return absl::InternalError("the upload is at an impossible place");
    offset = next;
  }
  return absl::OkStatus();
}

}  // namespace dsr::sample_shop
