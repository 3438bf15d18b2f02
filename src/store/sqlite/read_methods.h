// The reading half of the Store contract over one connection, for read views and transactions
// alike.
#ifndef DSR_STORE_SQLITE_READ_METHODS_H_
#define DSR_STORE_SQLITE_READ_METHODS_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsr/store/store.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// Implements every method of ReadView by the functions of the table families. `Base` is ReadView or
// Transaction. The transaction that makes it one snapshot is its owner's part.
//
// Not thread-safe; used by its connection's thread.
template <class Base>
class ReadMethods : public Base {
 public:
  // `connection` outlives this. `path` is the database file, whose size is counted.
  ReadMethods(Connection& connection, absl::string_view path)
      : connection_(connection), path_(path) {}

  absl::StatusOr<storage::v1::RequestState> FindRequest(const RequestId& id) override;
  absl::StatusOr<storage::v1::RequestRecord> FindRecord(const RequestId& id) override;
  absl::StatusOr<storage::v1::RequestRecord> FindRecordForNotice(const RequestId& id,
                                                                 const NoticeId& notice) override;
  absl::StatusOr<storage::v1::RequestRecord> FindRecordForMessage(
      const RequestId& id, const MessageId& message) override;
  absl::StatusOr<std::vector<storage::v1::RequestState>> ListRequests(
      const RequestQuery& query) override;
  absl::StatusOr<std::vector<StoredEvent>> ListEvents(const RequestId& id, int64_t after_sequence,
                                                      int limit) override;
  absl::Status ScanSla(absl::Time from, absl::Time to,
                       const std::function<absl::Status(const SlaRow&)>& visit) override;

  absl::StatusOr<std::optional<Definition>> FindFirstDefinition(DefinitionKind kind) override;
  absl::StatusOr<int64_t> EstimateRequests() override;
  absl::Status ScanNotices(absl::Time from, absl::Time to,
                           const std::function<absl::Status(const NoticeRow&)>& visit) override;
  absl::StatusOr<std::vector<RequestId>> ListStaleRequests(int limit) override;
  absl::StatusOr<std::vector<AbsenceRecord>> ListAbsences(absl::Time now) override;

  absl::StatusOr<std::vector<v1::Task>> ListTasks(const RequestId& id) override;
  absl::StatusOr<std::vector<v1::Task>> ListFailedTasks(const std::optional<TaskId>& after,
                                                        int limit) override;
  absl::StatusOr<std::vector<v1::Task>> ListTasksOf(absl::string_view system,
                                                    const std::optional<TaskId>& after,
                                                    int limit) override;
  absl::StatusOr<v1::Task> FindTask(const RequestId& id, const TaskId& task) override;
  absl::StatusOr<std::optional<LeasedTask>> FindLease(const TaskId& task) override;
  absl::StatusOr<std::vector<v1::Notice>> ListNotices(const RequestId& id) override;
  absl::StatusOr<std::vector<v1::Notice>> ListTroubledNotices(const std::optional<NoticeId>& after,
                                                              int limit) override;
  absl::StatusOr<std::vector<v1::Notice>> ListOpenNotices(absl::string_view recipient,
                                                          const std::optional<NoticeId>& after,
                                                          int limit) override;
  absl::StatusOr<std::vector<v1::Notice>> ListNoticesOf(absl::string_view recipient,
                                                        const std::optional<NoticeId>& after,
                                                        int limit) override;
  absl::StatusOr<std::vector<v1::Notice>> ListLatestNoticesOf(absl::string_view recipient,
                                                              int limit) override;
  absl::StatusOr<NoticeCounts> CountOpenNotices(absl::string_view recipient) override;
  absl::StatusOr<std::vector<DeliveryFailure>> ListDeliveryFailures(const NoticeId& notice,
                                                                    int limit) override;
  absl::StatusOr<std::optional<OutboxEntry>> FindOutboxEntry(OutboxKind kind,
                                                             const Id128& item) override;
  absl::StatusOr<v1::Notice> FindNotice(const RequestId& id, const NoticeId& notice) override;
  absl::StatusOr<std::vector<v1::Message>> ListMessages(const RequestId& id) override;

  absl::StatusOr<std::vector<DueTimer>> DueTimers(absl::Time now, int limit) override;
  absl::StatusOr<absl::Time> NextTimer() override;
  absl::StatusOr<absl::Time> NextOutboxItem(OutboxKind kind) override;

  absl::StatusOr<std::optional<SubjectRecord>> FindSubject(absl::string_view account_hash) override;
  absl::StatusOr<SubjectRecord> FindSubjectById(const SubjectId& id) override;
  absl::StatusOr<std::optional<MergeRecord>> FindMerge(const SubjectId& subject) override;
  absl::StatusOr<std::vector<SubjectId>> ListMergedInto(const SubjectId& into) override;
  absl::StatusOr<std::optional<SubjectRecord>> FindSubjectByKey(int64_t key_number) override;
  absl::StatusOr<bool> HasRecords(const SubjectId& subject) override;
  absl::StatusOr<int64_t> LastKeyNumber() override;
  absl::StatusOr<int64_t> RegistryVersion() override;
  absl::StatusOr<std::vector<v1::DataSystem>> ListDataSystems() override;
  absl::StatusOr<v1::DataSystem> FindDataSystem(absl::string_view name) override;
  absl::StatusOr<std::vector<v1::Recipient>> ListRecipients() override;
  absl::StatusOr<v1::Recipient> FindRecipient(absl::string_view name) override;
  absl::StatusOr<std::vector<v1::Disclosure>> ListDisclosures(const SubjectId& subject,
                                                              const std::optional<RecordId>& after,
                                                              int limit) override;
  absl::StatusOr<std::pair<SubjectId, std::string>> FindDisclosureBox(const RecordId& id) override;
  absl::StatusOr<std::string> FindHoldBox(const RecordId& id) override;

  absl::StatusOr<std::optional<Definition>> FindDefinition(DefinitionKind kind,
                                                           absl::string_view name,
                                                           int version) override;

  absl::StatusOr<std::vector<RequestId>> ListRetentionDue(absl::Time now, int limit) override;
  absl::StatusOr<absl::Time> NextRetention() override;
  absl::StatusOr<bool> IsShredded(int64_t key_number) override;
  absl::StatusOr<int64_t> CountShreds() override;
  absl::StatusOr<std::vector<KeyShred>> ListShreds(int64_t after_position, int limit) override;

  absl::StatusOr<std::vector<PartRecord>> ListParts(const TaskId& task) override;
  absl::StatusOr<std::vector<PartChunk>> ReadChunks(const TaskId& task, absl::string_view category,
                                                    int64_t offset, int limit) override;

  absl::StatusOr<std::vector<v1::Consent>> ListConsents(const SubjectId& subject,
                                                        const std::optional<RecordId>& after,
                                                        int limit) override;
  absl::StatusOr<std::vector<v1::Hold>> ListHolds(const SubjectId& subject,
                                                  const std::optional<RecordId>& after,
                                                  int limit) override;
  absl::StatusOr<std::pair<SubjectId, v1::Hold>> FindHold(const RecordId& id) override;
  absl::StatusOr<std::string> FindDocument(const EvidenceId& evidence) override;
  absl::StatusOr<std::optional<StoredAnswer>> FindAnswer(absl::string_view caller,
                                                         absl::string_view key) override;
  absl::StatusOr<LogHead> FindLogHead() override;
  absl::StatusOr<std::vector<AuditLeaf>> ListLeaves(int64_t first, int limit,
                                                    bool with_records) override;
  absl::StatusOr<std::optional<AuditLeaf>> FindEventLeaf(const RequestId& id,
                                                         int64_t sequence) override;
  absl::StatusOr<std::string> FindLogNode(const MerklePosition& position) override;
  absl::StatusOr<std::vector<LogNode>> ListLogNodes(int64_t level, int64_t index,
                                                    int limit) override;

  absl::StatusOr<StoreCounts> Count(absl::Time now) override;
  int SchemaVersion() override;

 protected:
  Connection& connection_;

 private:
  const std::string path_;
};

// What Store::Read hands out.
using SqliteReadView = ReadMethods<ReadView>;

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_READ_METHODS_H_
