#include "store/sqlite/sqlite_transaction.h"

#include "dsr/base/status_macros.h"
#include "store/sqlite/absence_table.h"
#include "store/sqlite/answer_table.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/definition_table.h"
#include "store/sqlite/document_table.h"
#include "store/sqlite/notice_table.h"
#include "store/sqlite/outbox_table.h"
#include "store/sqlite/part_table.h"
#include "store/sqlite/registry_table.h"
#include "store/sqlite/request_table.h"
#include "store/sqlite/retention_table.h"
#include "store/sqlite/subject_record_table.h"
#include "store/sqlite/subject_table.h"
#include "store/sqlite/task_table.h"

namespace dsr::sqlite {
namespace {

// What a caller may expect and go on from; such an error comes before anything is written.
bool IsAnswer(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Status SqliteTransaction::Remember(absl::Status status) {
  if (!status.ok() && failure_.ok()) failure_ = status;
  return status;
}

absl::Status SqliteTransaction::Refold(const RequestId& id,
                                       const storage::v1::RequestRecord& record) {
  DSR_RETURN_IF_ERROR(Remember(RefoldRequest(connection_, id, record.state())));
  for (const v1::Notice& notice : record.notices()) {
    DSR_ASSIGN_OR_RETURN(const NoticeId notice_id, IdOfName<NoticeId>(notice.name()));
    DSR_RETURN_IF_ERROR(Remember(PutNotice(connection_, id, notice_id, notice)));
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutAbsence(const AbsenceRecord& absence) {
  return Remember(sqlite::PutAbsence(connection_, absence));
}

absl::Status SqliteTransaction::DeleteAbsence(absl::string_view principal) {
  return Remember(sqlite::DeleteAbsence(connection_, principal));
}

absl::Status SqliteTransaction::PutAnswer(const StoredAnswer& answer) {
  return sqlite::PutAnswer(connection_, answer);
}

absl::Status SqliteTransaction::AppendAuditRecord(absl::string_view clear,
                                                  absl::string_view sealed) {
  return Remember(log_.AppendRecord(connection_, clear, sealed));
}

absl::Status SqliteTransaction::PutSubject(const SubjectRecord& subject) {
  return sqlite::PutSubject(connection_, subject);
}

absl::Status SqliteTransaction::RetireSubject(const SubjectId& subject) {
  return Remember(sqlite::RetireSubject(connection_, subject));
}

absl::Status SqliteTransaction::SetContentKey(const SubjectId& subject, int64_t key_number) {
  return sqlite::SetContentKey(connection_, subject, key_number);
}

absl::Status SqliteTransaction::PutShred(const KeyShred& shred) {
  return Remember(sqlite::PutShred(connection_, shred));
}

absl::Status SqliteTransaction::DeferRetention(const RequestId& id, absl::Time due) {
  return Remember(sqlite::DeferRetention(connection_, id, due));
}

absl::Status SqliteTransaction::PurgeRequest(const RequestId& id,
                                             const storage::v1::RequestState& outline) {
  return Remember(sqlite::PurgeRequest(connection_, id, outline));
}

absl::Status SqliteTransaction::PutMerge(const MergeRecord& merge) {
  return Remember(sqlite::PutMerge(connection_, merge));
}

absl::Status SqliteTransaction::PutDataSystem(const v1::DataSystem& system) {
  return Remember(sqlite::PutDataSystem(connection_, system));
}

absl::Status SqliteTransaction::PutRecipient(const v1::Recipient& recipient) {
  return Remember(sqlite::PutRecipient(connection_, recipient));
}

absl::Status SqliteTransaction::PutDisclosure(const RecordId& id, const SubjectId& subject,
                                              const v1::Disclosure& disclosure,
                                              absl::string_view sealed) {
  return sqlite::PutDisclosure(connection_, id, subject, disclosure, sealed);
}

absl::Status SqliteTransaction::PutConsent(const RecordId& id, const SubjectId& subject,
                                           const v1::Consent& consent, absl::string_view sealed) {
  return sqlite::PutConsent(connection_, id, subject, consent, sealed);
}

absl::Status SqliteTransaction::PutHold(const RecordId& id, const SubjectId& subject,
                                        const v1::Hold& hold, absl::string_view sealed) {
  return sqlite::PutHold(connection_, id, subject, hold, sealed);
}

absl::Status SqliteTransaction::PutDefinition(const Definition& definition) {
  return sqlite::PutDefinition(connection_, definition);
}

absl::StatusOr<std::vector<LeasedTask>> SqliteTransaction::LeaseTasks(
    absl::string_view system, absl::Time now, absl::Time until, int limit,
    const std::vector<std::string>& tokens) {
  auto leases = sqlite::LeaseTasks(connection_, system, now, until, limit, tokens);
  if (!leases.ok()) return Remember(leases.status());
  return leases;
}

absl::Status SqliteTransaction::ExtendLease(const TaskId& task, absl::string_view token,
                                            absl::Time now, absl::Time until) {
  return sqlite::ExtendLease(connection_, task, token, now, until);
}

absl::Status SqliteTransaction::CheckLease(const TaskId& task, absl::string_view token,
                                           absl::Time now) {
  return sqlite::CheckLease(connection_, task, token, now);
}

absl::Status SqliteTransaction::ReleaseTask(const TaskId& task, absl::Time available) {
  return sqlite::ReleaseTask(connection_, task, available);
}

absl::StatusOr<std::vector<OutboxItem>> SqliteTransaction::ClaimOutbox(OutboxKind kind,
                                                                       absl::Time now,
                                                                       absl::Time until,
                                                                       int limit) {
  auto items = sqlite::ClaimOutbox(connection_, kind, now, until, limit);
  if (!items.ok()) return Remember(items.status());
  return items;
}

absl::Status SqliteTransaction::DeferOutbox(OutboxKind kind, const Id128& item,
                                            const Deferral& deferral) {
  if (deferral.failure.has_value()) {
    DSR_RETURN_IF_ERROR(sqlite::PutDeliveryFailure(connection_, NoticeId(item), *deferral.failure));
  }
  return sqlite::DeferOutbox(connection_, kind, item, deferral.next, deferral.counts);
}

absl::Status SqliteTransaction::PutDeliveryFailure(const NoticeId& notice,
                                                   const DeliveryFailure& failure) {
  return sqlite::PutDeliveryFailure(connection_, notice, failure);
}

absl::Status SqliteTransaction::PutDocument(const RequestId& request, const EvidenceId& evidence,
                                            absl::string_view sealed) {
  return sqlite::PutDocument(connection_, request, evidence, sealed);
}

absl::Status SqliteTransaction::DeleteDocument(const EvidenceId& evidence) {
  return sqlite::DeleteDocument(connection_, evidence);
}

absl::Status SqliteTransaction::AppendChunk(const RequestId& request, const TaskId& task,
                                            absl::string_view category, const PartChunk& chunk) {
  absl::Status status = sqlite::AppendChunk(connection_, request, task, category, chunk);
  return IsAnswer(status) ? status : Remember(std::move(status));
}

absl::Status SqliteTransaction::DeleteParts(const TaskId& task,
                                            const std::optional<std::string>& category) {
  return Remember(sqlite::DeleteParts(connection_, task, category));
}

}  // namespace dsr::sqlite
