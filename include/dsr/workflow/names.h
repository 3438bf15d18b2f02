// Resource names: `requests/{id}`, `requests/{request}/tasks/{id}` and so on.
#ifndef DSR_WORKFLOW_NAMES_H_
#define DSR_WORKFLOW_NAMES_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"

namespace dsr {

std::string RequestName(const RequestId& id);
std::string SubjectName(const SubjectId& id);
std::string DisclosureName(const RecordId& id);
std::string ConsentName(const RecordId& id);
std::string HoldName(const RecordId& id);
std::string VerificationName(const RequestId& request, const VerificationId& id);
std::string TaskName(const RequestId& request, const TaskId& id);
std::string NoticeName(const RequestId& request, const NoticeId& id);
std::string MessageName(const RequestId& request, const MessageId& id);

// Parse a name. Errors: INVALID_ARGUMENT FIELD_INVALID naming `name` as the wrong field.
absl::StatusOr<RequestId> ParseRequestName(absl::string_view name);
absl::StatusOr<RecordId> ParseDisclosureName(absl::string_view name);
absl::StatusOr<RecordId> ParseConsentName(absl::string_view name);
absl::StatusOr<RecordId> ParseHoldName(absl::string_view name);
absl::StatusOr<std::pair<RequestId, VerificationId>> ParseVerificationName(absl::string_view name);
absl::StatusOr<std::pair<RequestId, TaskId>> ParseTaskName(absl::string_view name);
absl::StatusOr<std::pair<RequestId, NoticeId>> ParseNoticeName(absl::string_view name);
absl::StatusOr<std::pair<RequestId, MessageId>> ParseMessageName(absl::string_view name);

// The last segment of a name, such as an id.
absl::string_view LastSegment(absl::string_view name);

}  // namespace dsr

#endif  // DSR_WORKFLOW_NAMES_H_
