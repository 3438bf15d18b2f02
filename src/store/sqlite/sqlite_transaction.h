// What a body writes through.
#ifndef DSR_STORE_SQLITE_SQLITE_TRANSACTION_H_
#define DSR_STORE_SQLITE_SQLITE_TRANSACTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dsr/store/store.h"
#include "store/sqlite/log_table.h"
#include "store/sqlite/read_methods.h"

namespace dsr::sqlite {

// The transaction of one body, inside a savepoint of the writer.
//
// A write that fails after it has begun to write makes the whole body fail, whatever the body makes
// of the error: nothing half-done can be committed.
//
// Not thread-safe; used by the writer's thread only.
class SqliteTransaction final : public ReadMethods<Transaction> {
 public:
  // Both outlive this.
  SqliteTransaction(Connection& connection, absl::string_view path, LogAppender& log)
      : ReadMethods<Transaction>(connection, path), log_(log) {}

  absl::Status WriteDecision(const DecisionWrite& write) override;
  absl::Status Refold(const RequestId& id, const storage::v1::RequestRecord& record) override;
  absl::Status PutAbsence(const AbsenceRecord& absence) override;
  absl::Status DeleteAbsence(absl::string_view principal) override;
  absl::Status PutAnswer(const StoredAnswer& answer) override;
  absl::Status AppendAuditRecord(absl::string_view clear, absl::string_view sealed) override;

  absl::Status PutSubject(const SubjectRecord& subject) override;
  absl::Status RetireSubject(const SubjectId& subject) override;
  absl::Status SetContentKey(const SubjectId& subject, int64_t key_number) override;
  absl::Status PutShred(const KeyShred& shred) override;
  absl::Status DeferRetention(const RequestId& id, absl::Time due) override;
  absl::Status PurgeRequest(const RequestId& id, const storage::v1::RequestState& outline) override;
  absl::Status PutMerge(const MergeRecord& merge) override;
  absl::Status PutDataSystem(const v1::DataSystem& system) override;
  absl::Status PutRecipient(const v1::Recipient& recipient) override;
  absl::Status PutDisclosure(const RecordId& id, const SubjectId& subject,
                             const v1::Disclosure& disclosure, absl::string_view sealed) override;
  absl::Status PutConsent(const RecordId& id, const SubjectId& subject, const v1::Consent& consent,
                          absl::string_view sealed) override;
  absl::Status PutHold(const RecordId& id, const SubjectId& subject, const v1::Hold& hold,
                       absl::string_view sealed) override;
  absl::Status PutDefinition(const Definition& definition) override;

  absl::StatusOr<std::vector<LeasedTask>> LeaseTasks(
      absl::string_view system, absl::Time now, absl::Time until, int limit,
      const std::vector<std::string>& tokens) override;
  absl::Status ExtendLease(const TaskId& task, absl::string_view token, absl::Time now,
                           absl::Time until) override;
  absl::Status CheckLease(const TaskId& task, absl::string_view token, absl::Time now) override;
  absl::Status ReleaseTask(const TaskId& task, absl::Time available) override;

  absl::StatusOr<std::vector<OutboxItem>> ClaimOutbox(OutboxKind kind, absl::Time now,
                                                      absl::Time until, int limit) override;
  absl::Status DeferOutbox(OutboxKind kind, const Id128& item, const Deferral& deferral) override;
  absl::Status PutDeliveryFailure(const NoticeId& notice, const DeliveryFailure& failure) override;

  absl::Status PutDocument(const RequestId& request, const EvidenceId& evidence,
                           absl::string_view sealed) override;
  absl::Status DeleteDocument(const EvidenceId& evidence) override;

  absl::Status AppendChunk(const RequestId& request, const TaskId& task, absl::string_view category,
                           const PartChunk& chunk) override;
  absl::Status DeleteParts(const TaskId& task, const std::optional<std::string>& category) override;

  // The error of a write that failed on its way; OK when there was none.
  const absl::Status& failure() const { return failure_; }

 private:
  absl::Status WriteEvents(const DecisionWrite& write);
  absl::Status WriteNotices(const DecisionWrite& write);
  absl::Status WriteMessages(const DecisionWrite& write);
  absl::Status WriteProjections(const DecisionWrite& write);

  // Remembers an error and returns it.
  absl::Status Remember(absl::Status status);

  LogAppender& log_;
  absl::Status failure_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SQLITE_TRANSACTION_H_
