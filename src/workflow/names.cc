#include "dsr/workflow/names.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

absl::Status WrongName(absl::string_view form) {
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "name",
                        absl::StrCat("must have the form ", form));
}

template <class ChildId>
absl::StatusOr<std::pair<RequestId, ChildId>> ParseChildName(absl::string_view name,
                                                             absl::string_view collection) {
  const std::string form = absl::StrCat("requests/{request}/", collection, "/{id}");
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "requests" || parts[2] != collection) return WrongName(form);
  const auto request = RequestId::Parse(parts[1]);
  const auto child = ChildId::Parse(parts[3]);
  if (!request.ok() || !child.ok()) return WrongName(form);
  return std::make_pair(*request, *child);
}

template <class PlainId>
absl::StatusOr<PlainId> ParsePlainName(absl::string_view name, absl::string_view collection) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() == 2 && parts[0] == collection) {
    auto id = PlainId::Parse(parts[1]);
    if (id.ok()) return id;
  }
  return WrongName(absl::StrCat(collection, "/{id}"));
}

template <class ChildId>
std::string ChildName(const RequestId& request, absl::string_view collection, const ChildId& id) {
  return absl::StrCat("requests/", request.ToString(), "/", collection, "/", id.ToString());
}

}  // namespace

std::string RequestName(const RequestId& id) { return absl::StrCat("requests/", id.ToString()); }
std::string SubjectName(const SubjectId& id) { return absl::StrCat("subjects/", id.ToString()); }
std::string DisclosureName(const RecordId& id) {
  return absl::StrCat("disclosures/", id.ToString());
}
std::string ConsentName(const RecordId& id) { return absl::StrCat("consents/", id.ToString()); }
std::string HoldName(const RecordId& id) { return absl::StrCat("holds/", id.ToString()); }
std::string VerificationName(const RequestId& request, const VerificationId& id) {
  return ChildName(request, "verifications", id);
}
std::string TaskName(const RequestId& request, const TaskId& id) {
  return ChildName(request, "tasks", id);
}
std::string NoticeName(const RequestId& request, const NoticeId& id) {
  return ChildName(request, "notices", id);
}
std::string MessageName(const RequestId& request, const MessageId& id) {
  return ChildName(request, "messages", id);
}

absl::StatusOr<RequestId> ParseRequestName(absl::string_view name) {
  return ParsePlainName<RequestId>(name, "requests");
}
absl::StatusOr<RecordId> ParseDisclosureName(absl::string_view name) {
  return ParsePlainName<RecordId>(name, "disclosures");
}
absl::StatusOr<RecordId> ParseConsentName(absl::string_view name) {
  return ParsePlainName<RecordId>(name, "consents");
}
absl::StatusOr<RecordId> ParseHoldName(absl::string_view name) {
  return ParsePlainName<RecordId>(name, "holds");
}
absl::StatusOr<std::pair<RequestId, VerificationId>> ParseVerificationName(absl::string_view name) {
  return ParseChildName<VerificationId>(name, "verifications");
}
absl::StatusOr<std::pair<RequestId, TaskId>> ParseTaskName(absl::string_view name) {
  return ParseChildName<TaskId>(name, "tasks");
}
absl::StatusOr<std::pair<RequestId, NoticeId>> ParseNoticeName(absl::string_view name) {
  return ParseChildName<NoticeId>(name, "notices");
}
absl::StatusOr<std::pair<RequestId, MessageId>> ParseMessageName(absl::string_view name) {
  return ParseChildName<MessageId>(name, "messages");
}

absl::string_view LastSegment(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace dsr
