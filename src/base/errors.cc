#include "dsr/base/errors.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

namespace dsr {
namespace {

constexpr absl::string_view kReasonPrefix = "ERROR_REASON_";

template <class Message>
std::optional<Message> PayloadOf(const absl::Status& status, absl::string_view type_url) {
  const absl::optional<absl::Cord> payload = status.GetPayload(type_url);
  if (!payload.has_value()) return std::nullopt;
  Message message;
  if (!message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

// Always the same bytes for the same message, maps included: equal errors compare equal, and a
// decision made again gives the same.
absl::Cord Serialized(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return absl::Cord(std::move(bytes));
}

absl::Status WithBadRequest(absl::Status status, const v1::BadRequest& violations) {
  status.SetPayload(kBadRequestTypeUrl, Serialized(violations));
  return status;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, v1::ErrorReason reason, absl::string_view message,
                       const ErrorMetadata& metadata) {
  v1::ErrorInfo info;
  info.set_reason(ErrorReasonName(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  absl::Status status(code, message);
  status.SetPayload(kErrorInfoTypeUrl, Serialized(info));
  return status;
}

absl::Status MakeFieldError(v1::ErrorReason reason, absl::string_view field,
                            absl::string_view description, const ErrorMetadata& metadata) {
  FieldErrors errors;
  errors.Add(reason, field, description);
  const absl::Status status = errors.ToStatus();
  if (metadata.empty()) return status;
  return WithBadRequest(MakeError(status.code(), reason, status.message(), metadata),
                        *BadRequestOf(status));
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (!info.has_value()) return reason;
  if (!v1::ErrorReason_Parse(absl::StrCat(kReasonPrefix, info->reason()), &reason)) {
    return v1::ERROR_REASON_UNSPECIFIED;
  }
  return reason;
}

std::optional<v1::ErrorInfo> ErrorInfoOf(const absl::Status& status) {
  return PayloadOf<v1::ErrorInfo>(status, kErrorInfoTypeUrl);
}

std::optional<v1::BadRequest> BadRequestOf(const absl::Status& status) {
  return PayloadOf<v1::BadRequest>(status, kBadRequestTypeUrl);
}

std::string ErrorReasonName(v1::ErrorReason reason) {
  return std::string(absl::StripPrefix(v1::ErrorReason_Name(reason), kReasonPrefix));
}

void FieldErrors::Add(v1::ErrorReason reason, absl::string_view field,
                      absl::string_view description) {
  if (empty()) reason_ = reason;
  v1::BadRequest::FieldViolation& violation = *violations_.add_field_violations();
  violation.set_field(std::string(field));
  violation.set_description(std::string(description));
}

void FieldErrors::AddInvalid(absl::string_view field, absl::string_view description) {
  Add(v1::ERROR_REASON_FIELD_INVALID, field, description);
}

void FieldErrors::AddMissing(absl::string_view field, absl::string_view description) {
  Add(v1::ERROR_REASON_FIELD_MISSING, field, description);
}

void FieldErrors::AddAll(absl::string_view prefix, const absl::Status& status) {
  const std::optional<v1::BadRequest> other = BadRequestOf(status);
  if (!other.has_value()) return;
  for (const v1::BadRequest::FieldViolation& violation : other->field_violations()) {
    Add(ReasonOf(status), absl::StrCat(prefix, violation.field()), violation.description());
  }
}

absl::Status FieldErrors::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::string message;
  for (const v1::BadRequest::FieldViolation& violation : violations_.field_violations()) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", violation.field(), ": ",
                    violation.description());
  }
  return WithBadRequest(MakeError(absl::StatusCode::kInvalidArgument, reason_, message),
                        violations_);
}

}  // namespace dsr
