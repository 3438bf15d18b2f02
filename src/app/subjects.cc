#include "app/subjects.h"

#include <utility>

#include "app/account_merges.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

absl::Status SubjectChanged() {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_RETRY_LATER,
                   "the subject was registered or merged by another call; try again");
}

}  // namespace

absl::StatusOr<PreparedSubject> Subjects::Prepare(ReadView& view, absl::string_view account) const {
  const std::string account_hash = secrets_.AccountHash(account);
  DSR_ASSIGN_OR_RETURN(std::optional<PreparedSubject> found, Find(view, account_hash));
  if (found.has_value()) return *std::move(found);
  PreparedSubject subject;
  subject.account_hash = account_hash;
  subject.is_new = true;
  subject.record.id = ids_.Next<SubjectId>();
  subject.record.account_hash = account_hash;
  DSR_ASSIGN_OR_RETURN(subject.record.key_number, keys_.Next());
  return subject;
}

absl::Status Subjects::ProvideContentKey(PreparedSubject& subject) const {
  if (subject.record.content_key_number != 0) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(subject.record.content_key_number, keys_.Next());
  subject.has_new_content_key = true;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<PreparedSubject>> Subjects::Find(ReadView& view,
                                                              absl::string_view account_hash) {
  DSR_ASSIGN_OR_RETURN(std::optional<SubjectRecord> holder, HolderOf(view, account_hash));
  if (!holder.has_value()) return std::nullopt;
  PreparedSubject subject;
  subject.account_hash = std::string(account_hash);
  subject.record = *std::move(holder);
  DSR_ASSIGN_OR_RETURN(subject.merged, MergedSubjects(view, subject.record.id));
  return subject;
}

absl::Status Subjects::Confirm(Transaction& transaction, const PreparedSubject& subject) {
  DSR_ASSIGN_OR_RETURN(const std::optional<PreparedSubject> found,
                       Find(transaction, subject.account_hash));
  if (!subject.is_new) {
    const bool same = found.has_value() && found->record.id == subject.record.id &&
                      found->record.key_number == subject.record.key_number &&
                      found->merged == subject.merged;
    if (!same) return SubjectChanged();
    const int64_t present = found->record.content_key_number;
    const int64_t prepared = subject.record.content_key_number;
    if (!subject.has_new_content_key)
      return present == prepared ? absl::OkStatus() : SubjectChanged();
    if (present != 0) return SubjectChanged();
    return transaction.SetContentKey(subject.record.id, prepared);
  }
  if (found.has_value()) return SubjectChanged();
  return transaction.PutSubject(subject.record);
}

bool IsSubjectChanged(const absl::Status& status) {
  return status.code() == absl::StatusCode::kAborted &&
         ReasonOf(status) == v1::ERROR_REASON_RETRY_LATER;
}

}  // namespace dsr
