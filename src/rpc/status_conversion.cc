#include "rpc/status_conversion.h"

#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "app/stored_status.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"

namespace dsr {
namespace {

// Clients take 8 KiB of trailers, in which the message comes twice and the details in base64.
constexpr size_t kMostViolationBytes = 2500;
constexpr size_t kLongestMessage = 1000;

std::string Cut(absl::string_view message) {
  if (message.size() <= kLongestMessage) return std::string(message);
  size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(message.substr(0, end), "...");
}

absl::Status Fault(const absl::Status& status, absl::string_view method) {
  const std::string id = HexEncode(RandomBytes(8));
  Log(LogLevel::kError, "internal_error",
      {{"correlation_id", id},
       {"method", method},
       {"code", absl::StatusCodeToString(status.code())},
       {"message", std::string(status.message())}});
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "a fault of dsrd; its log tells more under the correlation id",
                   {{"correlation_id", id}});
}

absl::Status Shortened(const absl::Status& status) {
  absl::Status out(status.code(), Cut(status.message()));
  status.ForEachPayload(
      [&out](absl::string_view url, const absl::Cord& value) { out.SetPayload(url, value); });
  const std::optional<v1::BadRequest> fields = BadRequestOf(status);
  if (!fields.has_value()) return out;
  // Callers mend the first ones and find the others in turn.
  v1::BadRequest told;
  size_t bytes = 0;
  for (const v1::BadRequest::FieldViolation& violation : fields->field_violations()) {
    bytes += violation.ByteSizeLong();
    if (bytes > kMostViolationBytes && told.field_violations_size() > 0) break;
    *told.add_field_violations() = violation;
  }
  out.SetPayload(kBadRequestTypeUrl, absl::Cord(told.SerializeAsString()));
  return out;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view method) {
  if (status.ok()) return grpc::Status::OK;
  const v1::ErrorReason reason = ReasonOf(status);
  const bool is_fault =
      reason == v1::ERROR_REASON_UNSPECIFIED || reason == v1::ERROR_REASON_INTERNAL;
  const absl::Status told = is_fault ? Fault(status, method) : Shortened(status);
  return grpc::Status(static_cast<grpc::StatusCode>(told.code()), std::string(told.message()),
                      EncodeStatus(told));
}

}  // namespace dsr
