// Errors with a machine-readable cause.
//
// Every error that can reach a client is an absl::Status that carries a dsr.v1.ErrorInfo, and a
// dsr.v1.BadRequest where fields of the call are wrong. Both are payloads of the status,
// serialised, under the type URLs of their google.rpc namesakes, so that the transport only has to
// pack them. Each module makes its own errors in small functions of its own; this file is only the
// form:
//
//   return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
//                    "no such request, or none that the caller may see", {{"resource", name}});
//
//   FieldErrors errors;
//   if (in.reason().empty()) errors.AddMissing("reason", "say why the hold is lifted");
//   DSR_RETURN_IF_ERROR(errors.ToStatus());
//
// A message names things by id, says what would be right, and holds no personal data, SQL or path.
#ifndef DSR_BASE_ERRORS_H_
#define DSR_BASE_ERRORS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/errors.pb.h"

namespace dsr {

// ErrorInfo.domain of every error made here.
inline constexpr absl::string_view kErrorDomain = "dsrd";
// Type URLs of the payloads.
inline constexpr absl::string_view kErrorInfoTypeUrl = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr absl::string_view kBadRequestTypeUrl = "type.googleapis.com/google.rpc.BadRequest";

// The variable parts of a message, under the keys documented at the ErrorReason.
using ErrorMetadata = std::map<std::string, std::string>;

// Returns an error with `code` and an ErrorInfo of `reason` and `metadata`. `code` is not OK.
absl::Status MakeError(absl::StatusCode code, v1::ErrorReason reason, absl::string_view message,
                       const ErrorMetadata& metadata = {});

// Returns INVALID_ARGUMENT with `reason` and one field violation. `field` is the path in the call's
// message, such as `request.requester.relation`; `description` says what is wrong and never the
// value.
absl::Status MakeFieldError(v1::ErrorReason reason, absl::string_view field,
                            absl::string_view description, const ErrorMetadata& metadata = {});

// Returns the reason of `status`; ERROR_REASON_UNSPECIFIED when it is OK, carries none, or carries
// one that this program does not know.
v1::ErrorReason ReasonOf(const absl::Status& status);

// Returns the ErrorInfo of `status`, or nothing when it carries none.
std::optional<v1::ErrorInfo> ErrorInfoOf(const absl::Status& status);

// Returns the BadRequest of `status`, or nothing when it carries none.
std::optional<v1::BadRequest> BadRequestOf(const absl::Status& status);

// Returns the name of `reason` as ErrorInfo has it, without the prefix: `ETAG_MISMATCH`.
std::string ErrorReasonName(v1::ErrorReason reason);

// Collects what is wrong with the fields of one call, so that a client learns all of it at once.
//
// Not thread-safe; used by the call's thread only.
class FieldErrors {
 public:
  // Adds a violation with a reason of its own.
  void Add(v1::ErrorReason reason, absl::string_view field, absl::string_view description);
  // Adds a violation of ERROR_REASON_FIELD_INVALID.
  void AddInvalid(absl::string_view field, absl::string_view description);
  // Adds a violation of ERROR_REASON_FIELD_MISSING.
  void AddMissing(absl::string_view field, absl::string_view description = "is required");

  // Adds the violations of `status`, made by another FieldErrors, with `prefix` before each field:
  // a message's validator reports paths of its own, its user knows where the message stands.
  void AddAll(absl::string_view prefix, const absl::Status& status);

  bool empty() const { return violations_.field_violations().empty(); }

  // Returns OK when nothing was added; otherwise INVALID_ARGUMENT with the first violation's
  // reason, a message that names every field, and all violations.
  absl::Status ToStatus() const;

 private:
  v1::ErrorReason reason_ = v1::ERROR_REASON_UNSPECIFIED;
  v1::BadRequest violations_;
};

}  // namespace dsr

#endif  // DSR_BASE_ERRORS_H_
