#include "dsrctl/errors.h"

#include <map>
#include <optional>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/errors.h"
#include "dsr/v1/errors.pb.h"
#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

bool IsAboutTheState(v1::ErrorReason reason) {
  return reason == v1::ERROR_REASON_ACTION_NOT_ALLOWED || reason == v1::ERROR_REASON_ALREADY_ENDED;
}

// Returns what the user can do about `reason`; empty where the message says it all.
std::string NextStep(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_REQUEST_TYPE_UNKNOWN:
      return "'dsrctl workflow list' names the types.";
    case v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED:
      return "Repeat without --idempotency-key for a new call, or with the arguments of the first.";
    case v1::ERROR_REASON_RESOURCE_NOT_FOUND:
      return "Check the id; what your token may not see counts as not found.";
    case v1::ERROR_REASON_RESOURCE_EXISTS:
      return "Use the update command to change it.";
    case v1::ERROR_REASON_ETAG_MISMATCH:
      return "Read it again, look at what changed, and repeat with the new etag.";
    case v1::ERROR_REASON_ACTION_NOT_ALLOWED:
    case v1::ERROR_REASON_POINT_OF_NO_RETURN:
      return "'dsrctl request actions ID' lists what may be done now, and why the rest may not.";
    case v1::ERROR_REASON_CODE_WRONG:
      return "Ask for the code again, or send a new one: 'dsrctl verification start ID --method "
             "one-time-code'.";
    case v1::ERROR_REASON_ATTEMPTS_EXHAUSTED:
      return "'dsrctl request get ID' shows what became of it; while it is open, 'dsrctl "
             "verification "
             "start ID --method written-request' proves it another way.";
    case v1::ERROR_REASON_ALREADY_ENDED:
      return "'dsrctl request get ID' shows how it ended; what is still wanted is a new request.";
    case v1::ERROR_REASON_REPRESENTATION_MISSING:
      return "'dsrctl request actions ID' lists what is still to be shown, and why.";
    case v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED:
      return "A privacy officer approves it: 'dsrctl request approve-file-access ID'.";
    case v1::ERROR_REASON_NOT_VERIFIED:
      return "Verify first: 'dsrctl verification start ID --method one-time-code'.";
    case v1::ERROR_REASON_CODE_EXPIRED:
      return "Start a new verification: 'dsrctl verification start ID --method one-time-code'.";
    case v1::ERROR_REASON_SECOND_PERSON_NEEDED:
      return "Somebody else has to do this, with a token of their own.";
    case v1::ERROR_REASON_LEASE_LOST:
      return "Lease the task again: 'dsrctl task lease'.";
    case v1::ERROR_REASON_TOKEN_INVALID:
      return "Name the file with your token: --token-file FILE or DSRCTL_TOKEN_FILE.";
    case v1::ERROR_REASON_TOKEN_EXPIRED:
      return "Ask the operator for a new token ('dsrctl token rotate'), or get one from its "
             "issuer.";
    case v1::ERROR_REASON_ROLE_MISSING:
      return "Ask the operator for the role, or use another principal's token file.";
    case v1::ERROR_REASON_DISK_FULL:
      return "The operator has to make room on the server; reading still works.";
    case v1::ERROR_REASON_RATE_LIMITED:
      return "Repeat the same command after that time; the operator sets the limits.";
    case v1::ERROR_REASON_RETRY_LATER:
    case v1::ERROR_REASON_DEADLINE_PASSED:
      return "Repeat the same command with the same --idempotency-key (-v prints it).";
    case v1::ERROR_REASON_INTERNAL:
      return "A fault of dsrd; give the operator the correlation_id.";
    case v1::ERROR_REASON_GROUND_MISSING:
      return "'dsrctl request refuse --help' lists the grounds.";
    default:
      return "";
  }
}

// What shows how the notice or recipient stands that the error is about; empty when it is about
// something else.
std::string ShowCommand(const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  if (!info.has_value()) return "";
  const auto resource = info->metadata().find("resource");
  if (resource == info->metadata().end()) return "";
  if (absl::StrContains(resource->second, "/notices/")) return "dsrctl notice show NOTICE";
  if (absl::StartsWith(resource->second, "recipients/")) return "dsrctl recipient get ID";
  return "";
}

// For what `--db` could not read; empty when the error is not about a file.
std::string NextStepWithFile(const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  if (!info.has_value() || !info->metadata().contains("database")) return "";
  return ReasonOf(status) == v1::ERROR_REASON_RETRY_LATER
             ? "Try again when the other program has let go of the file."
             : "Use another backup; this file is damaged.";
}

std::string NextStepOf(const absl::Status& status) {
  if (const std::string step = NextStepWithFile(status); !step.empty()) return step;
  if (IsAboutTheState(ReasonOf(status))) {
    if (const std::string show = ShowCommand(status); !show.empty())
      return absl::StrCat("'", show, "' tells how it stands.");
  }
  const std::string step = NextStep(ReasonOf(status));
  if (!step.empty()) return step;
  // Without a reason the error was made on the way, not by dsrd.
  if (ErrorInfoOf(status).has_value()) return "";
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return "Check that dsrd runs and that --server names its address.";
    case absl::StatusCode::kDeadlineExceeded:
      return "Repeat with a longer --timeout; the same --idempotency-key makes that safe.";
    default:
      return "";
  }
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  v1::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const google::protobuf::Any& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

absl::Duration RetryAfter(const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  if (!info.has_value() || ReasonOf(status) != v1::ERROR_REASON_RATE_LIMITED)
    return absl::ZeroDuration();
  const auto text = info->metadata().find("retry_after_ms");
  int64_t millis = 0;
  const bool is_told = text != info->metadata().end() && absl::SimpleAtoi(text->second, &millis);
  return is_told && millis > 0 ? absl::Milliseconds(millis) : absl::ZeroDuration();
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (ReasonOf(status) == v1::ERROR_REASON_RATE_LIMITED) return ExitCode::kUnavailable;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kNotAllowed;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return ExitCode::kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kOther;
  }
}

std::string ErrorText(const absl::Status& status) {
  std::string text = absl::StrCat("dsrctl: ", Printable(status.message()), "\n");
  if (const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status)) {
    absl::StrAppend(&text, "  reason: ", Printable(info->reason()), "\n");
    const std::map<std::string, std::string> sorted(info->metadata().begin(),
                                                    info->metadata().end());
    for (const auto& [key, value] : sorted) {
      absl::StrAppend(&text, "  ", Printable(key), ": ", Printable(value), "\n");
    }
  }
  if (const std::optional<v1::BadRequest> bad = BadRequestOf(status)) {
    for (const v1::BadRequest::FieldViolation& violation : bad->field_violations()) {
      absl::StrAppend(&text, "  field ", Printable(violation.field()), ": ",
                      Printable(violation.description()), "\n");
    }
  }
  const std::string step = NextStepOf(status);
  if (!step.empty()) absl::StrAppend(&text, "  next: ", step, "\n");
  return text;
}

std::string ErrorJson(const absl::Status& status) {
  const v1::ErrorInfo info = ErrorInfoOf(status).value_or(v1::ErrorInfo());
  const v1::BadRequest bad = BadRequestOf(status).value_or(v1::BadRequest());
  std::vector<std::string> metadata;
  for (const auto& [key, value] :
       std::map<std::string, std::string>(info.metadata().begin(), info.metadata().end())) {
    metadata.push_back(absl::StrCat(JsonString(key), ":", JsonString(value)));
  }
  std::vector<std::string> violations;
  for (const v1::BadRequest::FieldViolation& violation : bad.field_violations()) {
    violations.push_back(absl::StrCat("{\"field\":", JsonString(violation.field()),
                                      ",\"description\":", JsonString(violation.description()),
                                      "}"));
  }
  return absl::StrCat(
      "{\"code\":", JsonString(absl::StatusCodeToString(status.code())),
      ",\"reason\":", JsonString(info.reason()), ",\"message\":", JsonString(status.message()),
      ",\"metadata\":{", absl::StrJoin(metadata, ","), "},\"violations\":[",
      absl::StrJoin(violations, ","), "],\"next\":", JsonString(NextStepOf(status)), "}\n");
}

std::string FormatError(const absl::Status& status, bool json) {
  return json ? ErrorJson(status) : ErrorText(status);
}

}  // namespace dsr::dsrctl
