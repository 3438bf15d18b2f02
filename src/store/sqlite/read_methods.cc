#include "store/sqlite/read_methods.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/absence_table.h"
#include "store/sqlite/answer_table.h"
#include "store/sqlite/definition_table.h"
#include "store/sqlite/document_table.h"
#include "store/sqlite/log_table.h"
#include "store/sqlite/message_table.h"
#include "store/sqlite/notice_table.h"
#include "store/sqlite/outbox_table.h"
#include "store/sqlite/part_table.h"
#include "store/sqlite/registry_table.h"
#include "store/sqlite/request_table.h"
#include "store/sqlite/retention_table.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/subject_record_table.h"
#include "store/sqlite/subject_table.h"
#include "store/sqlite/task_table.h"
#include "store/sqlite/timer_table.h"

namespace dsr::sqlite {
namespace {

using storage::v1::RequestRecord;
using storage::v1::RequestState;

template <class Message>
void MoveInto(std::vector<Message> from, google::protobuf::RepeatedPtrField<Message>* to) {
  to->Reserve(static_cast<int>(from.size()));
  for (Message& message : from) *to->Add() = std::move(message);
}

// 0 for a file that is not there: the log is not, before the first write.
int64_t FileSize(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

}  // namespace

template <class Base>
absl::StatusOr<RequestState> ReadMethods<Base>::FindRequest(const RequestId& id) {
  return sqlite::FindRequest(connection_, id);
}

template <class Base>
absl::StatusOr<RequestRecord> ReadMethods<Base>::FindRecord(const RequestId& id) {
  RequestRecord record;
  DSR_ASSIGN_OR_RETURN(*record.mutable_state(), sqlite::FindRequest(connection_, id));
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Task> tasks, sqlite::ListTasks(connection_, id));
  MoveInto(std::move(tasks), record.mutable_tasks());
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> notices, sqlite::ListNotices(connection_, id));
  MoveInto(std::move(notices), record.mutable_notices());
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages, sqlite::ListMessages(connection_, id));
  MoveInto(std::move(messages), record.mutable_messages());
  return record;
}

template <class Base>
absl::StatusOr<RequestRecord> ReadMethods<Base>::FindRecordForNotice(const RequestId& id,
                                                                     const NoticeId& notice) {
  RequestRecord record;
  DSR_ASSIGN_OR_RETURN(*record.mutable_state(), sqlite::FindRequest(connection_, id));
  DSR_ASSIGN_OR_RETURN(*record.add_notices(), sqlite::FindNotice(connection_, id, notice));
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Task> tasks, sqlite::ListTasks(connection_, id));
  MoveInto(std::move(tasks), record.mutable_tasks());
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages, sqlite::ListMessages(connection_, id));
  MoveInto(std::move(messages), record.mutable_messages());
  return record;
}

template <class Base>
absl::StatusOr<RequestRecord> ReadMethods<Base>::FindRecordForMessage(const RequestId& id,
                                                                      const MessageId& message) {
  RequestRecord record;
  DSR_ASSIGN_OR_RETURN(*record.mutable_state(), sqlite::FindRequest(connection_, id));
  DSR_ASSIGN_OR_RETURN(*record.add_messages(), sqlite::FindMessage(connection_, id, message));
  return record;
}

template <class Base>
absl::StatusOr<std::vector<RequestState>> ReadMethods<Base>::ListRequests(
    const RequestQuery& query) {
  return sqlite::ListRequests(connection_, query);
}

template <class Base>
absl::StatusOr<std::vector<StoredEvent>> ReadMethods<Base>::ListEvents(const RequestId& id,
                                                                       int64_t after_sequence,
                                                                       int limit) {
  return sqlite::ListEvents(connection_, id, after_sequence, limit);
}

template <class Base>
absl::Status ReadMethods<Base>::ScanSla(absl::Time from, absl::Time to,
                                        const std::function<absl::Status(const SlaRow&)>& visit) {
  return sqlite::ScanSla(connection_, from, to, visit);
}

template <class Base>
absl::StatusOr<std::optional<Definition>> ReadMethods<Base>::FindFirstDefinition(
    DefinitionKind kind) {
  return sqlite::FindFirstDefinition(connection_, kind);
}

template <class Base>
absl::StatusOr<int64_t> ReadMethods<Base>::EstimateRequests() {
  return sqlite::EstimateRequests(connection_);
}

template <class Base>
absl::Status ReadMethods<Base>::ScanNotices(
    absl::Time from, absl::Time to, const std::function<absl::Status(const NoticeRow&)>& visit) {
  return sqlite::ScanNotices(connection_, from, to, visit);
}

template <class Base>
absl::StatusOr<std::vector<RequestId>> ReadMethods<Base>::ListStaleRequests(int limit) {
  return sqlite::ListStaleRequests(connection_, limit);
}

template <class Base>
absl::StatusOr<std::vector<AbsenceRecord>> ReadMethods<Base>::ListAbsences(absl::Time now) {
  return sqlite::ListAbsences(connection_, now);
}

template <class Base>
absl::StatusOr<std::vector<v1::Task>> ReadMethods<Base>::ListTasks(const RequestId& id) {
  return sqlite::ListTasks(connection_, id);
}

template <class Base>
absl::StatusOr<std::vector<v1::Task>> ReadMethods<Base>::ListFailedTasks(
    const std::optional<TaskId>& after, int limit) {
  return sqlite::ListFailedTasks(connection_, after, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Task>> ReadMethods<Base>::ListTasksOf(
    absl::string_view system, const std::optional<TaskId>& after, int limit) {
  return sqlite::ListTasksOf(connection_, system, after, limit);
}

template <class Base>
absl::StatusOr<v1::Task> ReadMethods<Base>::FindTask(const RequestId& id, const TaskId& task) {
  return sqlite::FindTask(connection_, id, task);
}

template <class Base>
absl::StatusOr<std::optional<LeasedTask>> ReadMethods<Base>::FindLease(const TaskId& task) {
  return sqlite::FindLease(connection_, task);
}

template <class Base>
absl::StatusOr<std::vector<v1::Notice>> ReadMethods<Base>::ListNotices(const RequestId& id) {
  return sqlite::ListNotices(connection_, id);
}

template <class Base>
absl::StatusOr<std::vector<v1::Notice>> ReadMethods<Base>::ListTroubledNotices(
    const std::optional<NoticeId>& after, int limit) {
  return sqlite::ListTroubledNotices(connection_, after, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Notice>> ReadMethods<Base>::ListOpenNotices(
    absl::string_view recipient, const std::optional<NoticeId>& after, int limit) {
  return sqlite::ListOpenNotices(connection_, recipient, after, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Notice>> ReadMethods<Base>::ListNoticesOf(
    absl::string_view recipient, const std::optional<NoticeId>& after, int limit) {
  return sqlite::ListNoticesOf(connection_, recipient, after, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Notice>> ReadMethods<Base>::ListLatestNoticesOf(
    absl::string_view recipient, int limit) {
  return sqlite::ListLatestNoticesOf(connection_, recipient, limit);
}

template <class Base>
absl::StatusOr<NoticeCounts> ReadMethods<Base>::CountOpenNotices(absl::string_view recipient) {
  return sqlite::CountOpenNotices(connection_, recipient);
}

template <class Base>
absl::StatusOr<std::vector<DeliveryFailure>> ReadMethods<Base>::ListDeliveryFailures(
    const NoticeId& notice, int limit) {
  return sqlite::ListDeliveryFailures(connection_, notice, limit);
}

template <class Base>
absl::StatusOr<std::optional<OutboxEntry>> ReadMethods<Base>::FindOutboxEntry(OutboxKind kind,
                                                                              const Id128& item) {
  return sqlite::FindOutboxEntry(connection_, kind, item);
}

template <class Base>
absl::StatusOr<v1::Notice> ReadMethods<Base>::FindNotice(const RequestId& id,
                                                         const NoticeId& notice) {
  return sqlite::FindNotice(connection_, id, notice);
}

template <class Base>
absl::StatusOr<std::vector<v1::Message>> ReadMethods<Base>::ListMessages(const RequestId& id) {
  return sqlite::ListMessages(connection_, id);
}

template <class Base>
absl::StatusOr<std::vector<DueTimer>> ReadMethods<Base>::DueTimers(absl::Time now, int limit) {
  return sqlite::DueTimers(connection_, now, limit);
}

template <class Base>
absl::StatusOr<absl::Time> ReadMethods<Base>::NextTimer() {
  return sqlite::NextTimer(connection_);
}

template <class Base>
absl::StatusOr<absl::Time> ReadMethods<Base>::NextOutboxItem(OutboxKind kind) {
  return sqlite::NextOutboxItem(connection_, kind);
}

template <class Base>
absl::StatusOr<std::optional<SubjectRecord>> ReadMethods<Base>::FindSubject(
    absl::string_view account_hash) {
  return sqlite::FindSubject(connection_, account_hash);
}

template <class Base>
absl::StatusOr<SubjectRecord> ReadMethods<Base>::FindSubjectById(const SubjectId& id) {
  return sqlite::FindSubjectById(connection_, id);
}

template <class Base>
absl::StatusOr<std::optional<MergeRecord>> ReadMethods<Base>::FindMerge(const SubjectId& subject) {
  return sqlite::FindMerge(connection_, subject);
}

template <class Base>
absl::StatusOr<std::vector<SubjectId>> ReadMethods<Base>::ListMergedInto(const SubjectId& into) {
  return sqlite::ListMergedInto(connection_, into);
}

template <class Base>
absl::StatusOr<std::optional<SubjectRecord>> ReadMethods<Base>::FindSubjectByKey(
    int64_t key_number) {
  return sqlite::FindSubjectByKey(connection_, key_number);
}

template <class Base>
absl::StatusOr<bool> ReadMethods<Base>::HasRecords(const SubjectId& subject) {
  return sqlite::HasRecords(connection_, subject);
}

template <class Base>
absl::StatusOr<std::vector<RequestId>> ReadMethods<Base>::ListRetentionDue(absl::Time now,
                                                                           int limit) {
  return sqlite::ListRetentionDue(connection_, now, limit);
}

template <class Base>
absl::StatusOr<absl::Time> ReadMethods<Base>::NextRetention() {
  return sqlite::NextRetention(connection_);
}

template <class Base>
absl::StatusOr<bool> ReadMethods<Base>::IsShredded(int64_t key_number) {
  return sqlite::IsShredded(connection_, key_number);
}

template <class Base>
absl::StatusOr<int64_t> ReadMethods<Base>::CountShreds() {
  return sqlite::CountShreds(connection_);
}

template <class Base>
absl::StatusOr<std::vector<KeyShred>> ReadMethods<Base>::ListShreds(int64_t after_position,
                                                                    int limit) {
  return sqlite::ListShreds(connection_, after_position, limit);
}

template <class Base>
absl::StatusOr<int64_t> ReadMethods<Base>::LastKeyNumber() {
  return sqlite::LastKeyNumber(connection_);
}

template <class Base>
absl::StatusOr<int64_t> ReadMethods<Base>::RegistryVersion() {
  return sqlite::RegistryVersion(connection_);
}

template <class Base>
absl::StatusOr<std::vector<v1::DataSystem>> ReadMethods<Base>::ListDataSystems() {
  return sqlite::ListDataSystems(connection_);
}

template <class Base>
absl::StatusOr<v1::DataSystem> ReadMethods<Base>::FindDataSystem(absl::string_view name) {
  return sqlite::FindDataSystem(connection_, name);
}

template <class Base>
absl::StatusOr<std::vector<v1::Recipient>> ReadMethods<Base>::ListRecipients() {
  return sqlite::ListRecipients(connection_);
}

template <class Base>
absl::StatusOr<v1::Recipient> ReadMethods<Base>::FindRecipient(absl::string_view name) {
  return sqlite::FindRecipient(connection_, name);
}

template <class Base>
absl::StatusOr<std::vector<v1::Disclosure>> ReadMethods<Base>::ListDisclosures(
    const SubjectId& subject, const std::optional<RecordId>& after, int limit) {
  return sqlite::ListDisclosures(connection_, subject, after, limit);
}

template <class Base>
absl::StatusOr<std::string> ReadMethods<Base>::FindHoldBox(const RecordId& id) {
  return sqlite::FindHoldBox(connection_, id);
}

template <class Base>
absl::StatusOr<std::pair<SubjectId, std::string>> ReadMethods<Base>::FindDisclosureBox(
    const RecordId& id) {
  return sqlite::FindDisclosureBox(connection_, id);
}

template <class Base>
absl::StatusOr<std::optional<Definition>> ReadMethods<Base>::FindDefinition(DefinitionKind kind,
                                                                            absl::string_view name,
                                                                            int version) {
  return sqlite::FindDefinition(connection_, kind, name, version);
}

template <class Base>
absl::StatusOr<std::vector<PartRecord>> ReadMethods<Base>::ListParts(const TaskId& task) {
  return sqlite::ListParts(connection_, task);
}

template <class Base>
absl::StatusOr<std::vector<PartChunk>> ReadMethods<Base>::ReadChunks(const TaskId& task,
                                                                     absl::string_view category,
                                                                     int64_t offset, int limit) {
  return sqlite::ReadChunks(connection_, task, category, offset, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Consent>> ReadMethods<Base>::ListConsents(
    const SubjectId& subject, const std::optional<RecordId>& after, int limit) {
  return sqlite::ListConsents(connection_, subject, after, limit);
}

template <class Base>
absl::StatusOr<std::vector<v1::Hold>> ReadMethods<Base>::ListHolds(
    const SubjectId& subject, const std::optional<RecordId>& after, int limit) {
  return sqlite::ListHolds(connection_, subject, after, limit);
}

template <class Base>
absl::StatusOr<std::pair<SubjectId, v1::Hold>> ReadMethods<Base>::FindHold(const RecordId& id) {
  return sqlite::FindHold(connection_, id);
}

template <class Base>
absl::StatusOr<std::string> ReadMethods<Base>::FindDocument(const EvidenceId& evidence) {
  return sqlite::FindDocument(connection_, evidence);
}

template <class Base>
absl::StatusOr<std::optional<StoredAnswer>> ReadMethods<Base>::FindAnswer(absl::string_view caller,
                                                                          absl::string_view key) {
  return sqlite::FindAnswer(connection_, caller, key);
}

template <class Base>
absl::StatusOr<LogHead> ReadMethods<Base>::FindLogHead() {
  return sqlite::FindLogHead(connection_);
}

template <class Base>
absl::StatusOr<std::vector<AuditLeaf>> ReadMethods<Base>::ListLeaves(int64_t first, int limit,
                                                                     bool with_records) {
  return sqlite::ListLeaves(connection_, first, limit, with_records);
}

template <class Base>
absl::StatusOr<std::optional<AuditLeaf>> ReadMethods<Base>::FindEventLeaf(const RequestId& id,
                                                                          int64_t sequence) {
  return sqlite::FindEventLeaf(connection_, id, sequence);
}

template <class Base>
absl::StatusOr<std::string> ReadMethods<Base>::FindLogNode(const MerklePosition& position) {
  return sqlite::FindLogNode(connection_, position);
}

template <class Base>
absl::StatusOr<std::vector<LogNode>> ReadMethods<Base>::ListLogNodes(int64_t level, int64_t index,
                                                                     int limit) {
  return sqlite::ListLogNodes(connection_, level, index, limit);
}

template <class Base>
absl::StatusOr<StoreCounts> ReadMethods<Base>::Count(absl::Time now) {
  StoreCounts counts;
  DSR_ASSIGN_OR_RETURN(counts.open_requests, CountOpenRequests(connection_));
  DSR_ASSIGN_OR_RETURN(counts.overdue_timers, CountDueTimers(connection_, now));
  DSR_ASSIGN_OR_RETURN(counts.pending_notices, CountOutbox(connection_, OutboxKind::kNotice));
  DSR_ASSIGN_OR_RETURN(counts.pending_messages, CountOutbox(connection_, OutboxKind::kMessage));
  DSR_ASSIGN_OR_RETURN(counts.open_tasks, CountOpenTasks(connection_));
  counts.file_bytes = FileSize(path_) + FileSize(absl::StrCat(path_, "-wal"));
  return counts;
}

template <class Base>
int ReadMethods<Base>::SchemaVersion() {
  // The store does not open a file of any other version.
  return SchemaVersionOfProgram();
}

template class ReadMethods<ReadView>;
template class ReadMethods<Transaction>;

}  // namespace dsr::sqlite
