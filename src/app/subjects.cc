#include "app/subjects.h"

#include <optional>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

absl::Status SubjectChanged() {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_RETRY_LATER,
                   "the subject was registered by another call; try again");
}

}  // namespace

absl::StatusOr<PreparedSubject> Subjects::Prepare(ReadView& view, absl::string_view account) const {
  PreparedSubject subject;
  subject.record.account_hash = secrets_.AccountHash(account);
  DSR_ASSIGN_OR_RETURN(std::optional<SubjectRecord> found,
                       view.FindSubject(subject.record.account_hash));
  if (found.has_value()) {
    subject.record = *std::move(found);
    return subject;
  }
  subject.is_new = true;
  subject.record.id = ids_.Next<SubjectId>();
  DSR_ASSIGN_OR_RETURN(subject.record.key_number, keys_.Next());
  return subject;
}

absl::Status Subjects::Confirm(Transaction& transaction, const PreparedSubject& subject) {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> found,
                       transaction.FindSubject(subject.record.account_hash));
  if (!subject.is_new) {
    const bool same = found.has_value() && found->id == subject.record.id &&
                      found->key_number == subject.record.key_number;
    return same ? absl::OkStatus() : SubjectChanged();
  }
  if (found.has_value()) return SubjectChanged();
  return transaction.PutSubject(subject.record);
}

bool IsSubjectChanged(const absl::Status& status) {
  return status.code() == absl::StatusCode::kAborted &&
         ReasonOf(status) == v1::ERROR_REASON_RETRY_LATER;
}

}  // namespace dsr
