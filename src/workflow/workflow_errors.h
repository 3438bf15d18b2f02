// The errors with which commands are rejected.
#ifndef DSR_WORKFLOW_WORKFLOW_ERRORS_H_
#define DSR_WORKFLOW_WORKFLOW_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// FAILED_PRECONDITION ACTION_NOT_ALLOWED: `why` ends the sentence "... is not allowed in state X:
// ".
absl::Status ActionNotAllowed(const v1::Request& request, absl::string_view action,
                              absl::string_view why);
// The same of one notice, in the state it is in.
absl::Status NoticeActionNotAllowed(const v1::Notice& notice, absl::string_view action,
                                    absl::string_view why);
// FAILED_PRECONDITION NOT_VERIFIED.
absl::Status NotVerified(const v1::Request& request, v1::AssuranceLevel needed);
// FAILED_PRECONDITION SECOND_PERSON_NEEDED.
absl::Status SecondPersonNeeded(absl::string_view action);
// FAILED_PRECONDITION POINT_OF_NO_RETURN.
absl::Status PointOfNoReturn(const v1::Request& request);
// FAILED_PRECONDITION ALREADY_ENDED; `name` is a resource's name.
absl::Status AlreadyEnded(absl::string_view name);
// FAILED_PRECONDITION CODE_EXPIRED.
absl::Status CodeExpired();
// RESOURCE_EXHAUSTED ATTEMPTS_EXHAUSTED; `what` names in the plural what there were too many of,
// for `whom`, a request or a subject.
absl::Status AttemptsExhausted(const v1::Request& request, absl::string_view what,
                               absl::string_view whom = "request");
// PERMISSION_DENIED ROLE_MISSING.
absl::Status RoleMissing(absl::string_view action);
// The same where the role for minors' requests is missing.
absl::Status ChildrensRoleMissing(absl::string_view action);
// NOT_FOUND RESOURCE_NOT_FOUND.
absl::Status ChildNotFound(absl::string_view kind);

}  // namespace dsr

#endif  // DSR_WORKFLOW_WORKFLOW_ERRORS_H_
