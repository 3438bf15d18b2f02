#include "workflow/workflow_errors.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"

namespace dsr {

absl::Status ActionNotAllowed(const v1::Request& request, absl::string_view action,
                              absl::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                   absl::StrCat(action, " is not allowed for ", request.name(), " in state ",
                                request.state(), ": ", why),
                   {{"state", request.state()}, {"action", std::string(action)}});
}

absl::Status NoticeActionNotAllowed(const v1::Notice& notice, absl::string_view action,
                                    absl::string_view why) {
  std::string state = v1::Notice::State_Name(notice.state());
  state = absl::AsciiStrToLower(absl::StripPrefix(state, "STATE_"));
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
      absl::StrCat(action, " is not allowed for ", notice.name(), ", which is ", state, ": ", why),
      {{"resource", notice.name()}, {"state", state}, {"action", std::string(action)}});
}

absl::Status NotVerified(const v1::Request& request, v1::AssuranceLevel needed) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NOT_VERIFIED,
      absl::StrCat(request.name(), " has no passed and unexpired verification at level ",
                   v1::AssuranceLevel_Name(needed), "; start one with StartVerification"),
      {{"needed_level", v1::AssuranceLevel_Name(needed)}});
}

absl::Status SecondPersonNeeded(absl::string_view action) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_SECOND_PERSON_NEEDED,
                   absl::StrCat(action, " needs another person than the one who acted before"),
                   {{"action", std::string(action)}});
}

absl::Status PointOfNoReturn(const v1::Request& request) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_POINT_OF_NO_RETURN,
      absl::StrCat(request.name(), " can no longer be withdrawn: it is being carried out"), {});
}

absl::Status AlreadyEnded(absl::string_view name) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_ENDED,
                   absl::StrCat(name, " has ended; the call changes nothing"),
                   {{"resource", std::string(name)}});
}

absl::Status CodeExpired() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CODE_EXPIRED,
                   "the code is too old; ask for another with StartVerification", {});
}

absl::Status AttemptsExhausted(const v1::Request& request, absl::string_view what,
                               absl::string_view whom) {
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_ATTEMPTS_EXHAUSTED,
                   absl::StrCat("too many ", what, " for this ", whom,
                                "; while a request is open, it may be proved in writing instead"),
                   {{"resource", request.name()}});
}

absl::Status RoleMissing(absl::string_view action) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
      absl::StrCat("the caller's roles do not allow ", action, " for this type of request"),
      {{"method", std::string(action)}});
}

absl::Status ChildrensRoleMissing(absl::string_view action) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   absl::StrCat(action,
                                " on a minor's request needs the role children_privacy "
                                "beside one that the workflow names"),
                   {{"method", std::string(action)}});
}

absl::Status ChildNotFound(absl::string_view kind) {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                   absl::StrCat("no such ", kind, ", or none that the caller may see"), {});
}

}  // namespace dsr
