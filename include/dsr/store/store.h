// The Store: everything dsrd keeps, behind one contract. Nothing above it knows that SQL exists.
//
// Contract: Transact runs `body` on the one writer thread in a serialisable transaction; several
// bodies may share one commit, each undone alone when it fails. Read runs on a pool from one
// snapshot and never blocks the writer.
//
// Every method returns, besides what it names: UNAVAILABLE RETRY_LATER when the database is busy or
// closing, RESOURCE_EXHAUSTED DISK_FULL, INTERNAL for a fault of dsrd. NOT_FOUND RESOURCE_NOT_FOUND
// where a named thing is missing.
#ifndef DSR_STORE_STORE_H_
#define DSR_STORE_STORE_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/definition.h"
#include "dsr/base/ids.h"
#include "dsr/base/merkle.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "dsr/v1/hold.pb.h"
#include "dsr/v1/message.pb.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/task.pb.h"

namespace dsr {

// Reads from one snapshot. Valid only inside the call it is handed to; used by that call's thread
// only. Lists have an explicit order and limit; `after` arguments are exclusive.
class ReadView {
 public:
  virtual ~ReadView() = default;

  // Requests

  virtual absl::StatusOr<storage::v1::RequestState> FindRequest(const RequestId& id) = 0;
  // The request with all tasks, notices and messages.
  virtual absl::StatusOr<storage::v1::RequestRecord> FindRecord(const RequestId& id) = 0;
  // The request with all tasks and messages but only this notice.
  virtual absl::StatusOr<storage::v1::RequestRecord> FindRecordForNotice(
      const RequestId& id, const NoticeId& notice) = 0;
  // The request with only this message, no task and no notice.
  virtual absl::StatusOr<storage::v1::RequestRecord> FindRecordForMessage(
      const RequestId& id, const MessageId& message) = 0;
  // A page of requests.
  virtual absl::StatusOr<std::vector<storage::v1::RequestState>> ListRequests(
      const RequestQuery& query) = 0;
  // Events by sequence. Errors: DATA_LOSS INTERNAL when one is not what its audit leaf says. Those
  // of a purged request are empty.
  virtual absl::StatusOr<std::vector<StoredEvent>> ListEvents(const RequestId& id,
                                                              int64_t after_sequence,
                                                              int limit) = 0;
  // Passes over every request received in [from, to), in no particular order; stops with the status
  // `visit` returns.
  virtual absl::Status ScanSla(absl::Time from, absl::Time to,
                               const std::function<absl::Status(const SlaRow&)>& visit) = 0;

  // The same for every notice made in [from, to), once for each recipient that it was for.
  virtual absl::Status ScanNotices(absl::Time from, absl::Time to,
                                   const std::function<absl::Status(const NoticeRow&)>& visit) = 0;
  // Requests whose row was made by an older fold than this program's, at most `limit`.
  virtual absl::StatusOr<std::vector<RequestId>> ListStaleRequests(int limit) = 0;

  // The absences that end after `now`, by principal; at most 1000.
  virtual absl::StatusOr<std::vector<AbsenceRecord>> ListAbsences(absl::Time now) = 0;

  // Tasks, notices, messages

  // All of a request, by id.
  virtual absl::StatusOr<std::vector<v1::Task>> ListTasks(const RequestId& id) = 0;
  // Tasks that failed for good, by id.
  virtual absl::StatusOr<std::vector<v1::Task>> ListFailedTasks(const std::optional<TaskId>& after,
                                                                int limit) = 0;
  // Tasks of one system, also those that have ended, by id. For rare use: reads on from `after`
  // through the tasks of every system until it has `limit`.
  virtual absl::StatusOr<std::vector<v1::Task>> ListTasksOf(absl::string_view system,
                                                            const std::optional<TaskId>& after,
                                                            int limit) = 0;
  virtual absl::StatusOr<v1::Task> FindTask(const RequestId& id, const TaskId& task) = 0;
  // The lease of a task, running or over; nothing when it was never leased, was released or has
  // ended.
  virtual absl::StatusOr<std::optional<LeasedTask>> FindLease(const TaskId& task) = 0;
  virtual absl::StatusOr<std::vector<v1::Notice>> ListNotices(const RequestId& id) = 0;
  // Notices that need a person (dsr/base/notice_life.h), by id.
  virtual absl::StatusOr<std::vector<v1::Notice>> ListTroubledNotices(
      const std::optional<NoticeId>& after, int limit) = 0;
  // Notices of one recipient whose duty has not ended, by id.
  virtual absl::StatusOr<std::vector<v1::Notice>> ListOpenNotices(
      absl::string_view recipient, const std::optional<NoticeId>& after, int limit) = 0;
  // All notices of one recipient, by id.
  virtual absl::StatusOr<std::vector<v1::Notice>> ListNoticesOf(
      absl::string_view recipient, const std::optional<NoticeId>& after, int limit) = 0;
  // The latest notices of one recipient, newest id first.
  virtual absl::StatusOr<std::vector<v1::Notice>> ListLatestNoticesOf(absl::string_view recipient,
                                                                      int limit) = 0;
  virtual absl::StatusOr<NoticeCounts> CountOpenNotices(absl::string_view recipient) = 0;
  // The last attempts to deliver a notice that failed, oldest first.
  virtual absl::StatusOr<std::vector<DeliveryFailure>> ListDeliveryFailures(const NoticeId& notice,
                                                                            int limit) = 0;
  virtual absl::StatusOr<v1::Notice> FindNotice(const RequestId& id, const NoticeId& notice) = 0;
  virtual absl::StatusOr<std::vector<v1::Message>> ListMessages(const RequestId& id) = 0;

  // Timers and outbox

  // Timers due at or before `now`, by due time, then request.
  virtual absl::StatusOr<std::vector<DueTimer>> DueTimers(absl::Time now, int limit) = 0;
  // When the next timer is due, InfiniteFuture when there is none.
  virtual absl::StatusOr<absl::Time> NextTimer() = 0;
  // When the outbox has its next item of that kind to deliver, InfiniteFuture when there is none.
  virtual absl::StatusOr<absl::Time> NextOutboxItem(OutboxKind kind) = 0;

  // When an outbox item is delivered next, and how often that was tried; nothing when it is not
  // there.
  virtual absl::StatusOr<std::optional<OutboxEntry>> FindOutboxEntry(OutboxKind kind,
                                                                     const Id128& item) = 0;

  // Subjects and registry

  virtual absl::StatusOr<std::optional<SubjectRecord>> FindSubject(
      absl::string_view account_hash) = 0;
  virtual absl::StatusOr<SubjectRecord> FindSubjectById(const SubjectId& id) = 0;
  // The merge by which a subject's account was given up; nothing when it was not.
  virtual absl::StatusOr<std::optional<MergeRecord>> FindMerge(const SubjectId& subject) = 0;
  // The subjects whose accounts were merged into that subject's, by id; not what had been merged
  // into theirs.
  virtual absl::StatusOr<std::vector<SubjectId>> ListMergedInto(const SubjectId& into) = 0;
  // The subject that has this key, of either kind; nothing when none has.
  virtual absl::StatusOr<std::optional<SubjectRecord>> FindSubjectByKey(int64_t key_number) = 0;
  // Tells whether disclosures, consents or holds of the subject are registered.
  virtual absl::StatusOr<bool> HasRecords(const SubjectId& subject) = 0;
  // The highest key number any subject has or that was destroyed, 0 when none.
  virtual absl::StatusOr<int64_t> LastKeyNumber() = 0;
  // Counts changes of data systems and recipients; equal versions mean equal registries.
  virtual absl::StatusOr<int64_t> RegistryVersion() = 0;
  // By name.
  virtual absl::StatusOr<std::vector<v1::DataSystem>> ListDataSystems() = 0;
  virtual absl::StatusOr<v1::DataSystem> FindDataSystem(absl::string_view name) = 0;
  virtual absl::StatusOr<std::vector<v1::Recipient>> ListRecipients() = 0;
  virtual absl::StatusOr<v1::Recipient> FindRecipient(absl::string_view name) = 0;
  // A subject's disclosures without personal fields, by id.
  virtual absl::StatusOr<std::vector<v1::Disclosure>> ListDisclosures(
      const SubjectId& subject, const std::optional<RecordId>& after, int limit) = 0;
  // Whose a disclosure is, and its sealed personal fields; these are empty when there are none.
  virtual absl::StatusOr<std::pair<SubjectId, std::string>> FindDisclosureBox(
      const RecordId& id) = 0;

  // A subject's consents, and its holds, without personal fields, by id.
  virtual absl::StatusOr<std::vector<v1::Consent>> ListConsents(
      const SubjectId& subject, const std::optional<RecordId>& after, int limit) = 0;
  virtual absl::StatusOr<std::vector<v1::Hold>> ListHolds(const SubjectId& subject,
                                                          const std::optional<RecordId>& after,
                                                          int limit) = 0;
  // Whose a hold is, and the hold.
  virtual absl::StatusOr<std::pair<SubjectId, v1::Hold>> FindHold(const RecordId& id) = 0;
  // The sealed personal fields of a hold.
  virtual absl::StatusOr<std::string> FindHoldBox(const RecordId& id) = 0;

  // Definitions

  // The definition of that kind, name and version, if it was ever loaded.
  virtual absl::StatusOr<std::optional<Definition>> FindDefinition(DefinitionKind kind,
                                                                   absl::string_view name,
                                                                   int version) = 0;

  // The definition of that kind with the lowest version, whatever its name; nothing when none was
  // ever loaded.
  virtual absl::StatusOr<std::optional<Definition>> FindFirstDefinition(DefinitionKind kind) = 0;

  // Retention

  // Closed requests that are to be looked at by `now`, by that time, then id.
  virtual absl::StatusOr<std::vector<RequestId>> ListRetentionDue(absl::Time now, int limit) = 0;
  // When the next of them is, InfiniteFuture when there is none.
  virtual absl::StatusOr<absl::Time> NextRetention() = 0;
  // Tells whether that key was destroyed.
  virtual absl::StatusOr<bool> IsShredded(int64_t key_number) = 0;
  // How many keys were destroyed; the position of the last.
  virtual absl::StatusOr<int64_t> CountShreds() = 0;
  // Destroyed keys by position.
  virtual absl::StatusOr<std::vector<KeyShred>> ListShreds(int64_t after_position, int limit) = 0;

  // Parts and packages

  // All uploads of a task, by category.
  virtual absl::StatusOr<std::vector<PartRecord>> ListParts(const TaskId& task) = 0;
  // Chunks of a part from the one that holds `offset` on.
  virtual absl::StatusOr<std::vector<PartChunk>> ReadChunks(const TaskId& task,
                                                            absl::string_view category,
                                                            int64_t offset, int limit) = 0;

  // The sealed document of a piece of evidence. Errors: NOT_FOUND when none was handed in, or it
  // was destroyed.
  virtual absl::StatusOr<std::string> FindDocument(const EvidenceId& evidence) = 0;

  // Answers and audit log

  virtual absl::StatusOr<std::optional<StoredAnswer>> FindAnswer(absl::string_view caller,
                                                                 absl::string_view key) = 0;
  virtual absl::StatusOr<LogHead> FindLogHead() = 0;
  // Leaves from `first` on, by index. With `with_records`, the bytes of events' records are read
  // too.
  virtual absl::StatusOr<std::vector<AuditLeaf>> ListLeaves(int64_t first, int limit,
                                                            bool with_records) = 0;
  // The leaf of a request's event, with its record; nothing when there is none.
  virtual absl::StatusOr<std::optional<AuditLeaf>> FindEventLeaf(const RequestId& id,
                                                                 int64_t sequence) = 0;
  // The hash of a complete node of the tree, leaves included. Errors: DATA_LOSS INTERNAL when it is
  // not there.
  virtual absl::StatusOr<std::string> FindLogNode(const MerklePosition& position) = 0;
  // Nodes above the leaves, by level, then index, from that place on, whatever is stored there.
  virtual absl::StatusOr<std::vector<LogNode>> ListLogNodes(int64_t level, int64_t index,
                                                            int limit) = 0;

  virtual absl::StatusOr<StoreCounts> Count(absl::Time now) = 0;
  // How many requests are stored, about; told at once.
  virtual absl::StatusOr<int64_t> EstimateRequests() = 0;
  virtual int SchemaVersion() = 0;
};

// What one decision writes.
struct DecisionWrite {
  RequestId id;
  bool is_new = false;
  std::vector<StoredEvent> events;
  // The request after the events, with those tasks, notices and messages that the events are about.
  const storage::v1::RequestRecord* record = nullptr;
  // The timers before; the store writes the difference to those of `record`. INTERNAL when one is
  // not stored.
  std::vector<storage::v1::PendingTimer> timers_before;
  // Outbox: notices of `record` that await delivery (dsr/base/notice_life.h) become due at `now`,
  // or when their `next_attempt_time` is, and messages that are PENDING at `now`; those in it
  // already keep their attempts, unless their lane changed or they are in `delivered_anew`; all
  // others leave the outbox. Tasks that
  // come to be open are available from `now`; a task that stays open keeps its lease, one that ends
  // loses it.
  absl::Time now;
  // Those whose attempts are counted from 0 again.
  std::set<NoticeId> delivered_anew;
};

// When an item of the outbox is due again, and why not sooner.
struct Deferral {
  absl::Time next;
  // An attempt was made, and failed.
  bool counts = true;
  // Kept for ListDeliveryFailures.
  std::optional<DeliveryFailure> failure = std::nullopt;
};

// Reads and writes of one serialisable transaction. Sees its own writes.
class Transaction : public ReadView {
 public:
  // Writes events (each with its audit leaf), request row, timers, tasks, notices, messages and
  // outbox. Errors: ABORTED ETAG_MISMATCH when the stored version is not the one before the first
  // event; ALREADY_EXISTS when a new request's id is taken; INTERNAL when the events' sequence has
  // a hole or does not end at the record's version. When a write fails on its way, the whole body
  // fails, whatever it makes of the error.
  virtual absl::Status WriteDecision(const DecisionWrite& write) = 0;
  // Writes the row of a request, and those of its notices, anew from `record`, which is the fold of
  // all its events. INTERNAL when its version is not the stored one.
  virtual absl::Status Refold(const RequestId& id, const storage::v1::RequestRecord& record) = 0;
  // Records an absence in place of an earlier one of its principal.
  virtual absl::Status PutAbsence(const AbsenceRecord& absence) = 0;
  // NOT_FOUND when the principal has none.
  virtual absl::Status DeleteAbsence(absl::string_view principal) = 0;
  // Keeps the answer of an idempotency key. Errors: ALREADY_EXISTS.
  virtual absl::Status PutAnswer(const StoredAnswer& answer) = 0;
  // Appends a record of its own to the audit log.
  virtual absl::Status AppendAuditRecord(absl::string_view clear, absl::string_view sealed) = 0;

  // Errors: ALREADY_EXISTS when the account hash or the key number is taken.
  virtual absl::Status PutSubject(const SubjectRecord& subject) = 0;
  // The account of a subject is closed: from now on it is found under no account hash, so that a
  // returning person is a new subject. No effect when it was retired before.
  virtual absl::Status RetireSubject(const SubjectId& subject) = 0;
  // Gives a subject the key that its requests are sealed with from now on; 0 takes it away. Errors:
  // ALREADY_EXISTS when another subject has it.
  virtual absl::Status SetContentKey(const SubjectId& subject, int64_t key_number) = 0;
  // Records that a key is destroyed. `shred.position` is one more than the last; INTERNAL when it
  // is taken, or the key was destroyed before.
  virtual absl::Status PutShred(const KeyShred& shred) = 0;
  // A closed request is looked at again at `due`; at InfiniteFuture never.
  virtual absl::Status DeferRetention(const RequestId& id, absl::Time due) = 0;
  // Takes everything of a closed request but `outline` in place of its state, its notices, what
  // reports count, and the hashes of its events. INTERNAL when it is not closed.
  virtual absl::Status PurgeRequest(const RequestId& id,
                                    const storage::v1::RequestState& outline) = 0;
  // Records a merge of two subjects' accounts, in place of an earlier one of `merge.subject`. Under
  // its account hash the subject is found as before; who follows merges is the caller. The two are
  // stored and not the same.
  virtual absl::Status PutMerge(const MergeRecord& merge) = 0;
  // Creates or replaces; `etag` inside the resource is set by the caller. Raises the registry
  // version.
  virtual absl::Status PutDataSystem(const v1::DataSystem& system) = 0;
  virtual absl::Status PutRecipient(const v1::Recipient& recipient) = 0;
  // `disclosure` without personal fields; `sealed` is the box with them.
  virtual absl::Status PutDisclosure(const RecordId& id, const SubjectId& subject,
                                     const v1::Disclosure& disclosure,
                                     absl::string_view sealed) = 0;
  // Create or replace; without personal fields, `sealed` is the box with them. A replacement with
  // an empty box keeps the box that is there.
  virtual absl::Status PutConsent(const RecordId& id, const SubjectId& subject,
                                  const v1::Consent& consent, absl::string_view sealed) = 0;
  virtual absl::Status PutHold(const RecordId& id, const SubjectId& subject, const v1::Hold& hold,
                               absl::string_view sealed) = 0;
  // Errors: FAILED_PRECONDITION DEFINITION_INVALID when other content is stored under that name and
  // version.
  virtual absl::Status PutDefinition(const Definition& definition) = 0;

  // Leases up to `limit` open tasks of `system` that are available at `now`, until `until`, by
  // availability, then id. Each gets the next of `tokens` (16 random bytes each; at least `limit`
  // of them). Removes the parts that were appended under an earlier lease.
  virtual absl::StatusOr<std::vector<LeasedTask>> LeaseTasks(
      absl::string_view system, absl::Time now, absl::Time until, int limit,
      const std::vector<std::string>& tokens) = 0;
  // Moves the end of a lease. Errors: FAILED_PRECONDITION LEASE_LOST when the token is not that of
  // a lease running at `now`.
  virtual absl::Status ExtendLease(const TaskId& task, absl::string_view token, absl::Time now,
                                   absl::Time until) = 0;
  // Errors: as ExtendLease.
  virtual absl::Status CheckLease(const TaskId& task, absl::string_view token, absl::Time now) = 0;
  // Ends a lease early; the task is available again at `available`.
  virtual absl::Status ReleaseTask(const TaskId& task, absl::Time available) = 0;

  // Claims up to `limit` outbox items of a kind that are due at `now`; hides them until `until`.
  virtual absl::StatusOr<std::vector<OutboxItem>> ClaimOutbox(OutboxKind kind, absl::Time now,
                                                              absl::Time until, int limit) = 0;
  // Makes an item due again later. No effect when it has left the outbox, but that the failure is
  // kept.
  virtual absl::Status DeferOutbox(OutboxKind kind, const Id128& item,
                                   const Deferral& deferral) = 0;
  // Keeps the failure of a last attempt, after which the item is not due again by itself.
  virtual absl::Status PutDeliveryFailure(const NoticeId& notice,
                                          const DeliveryFailure& failure) = 0;

  // Keeps a sealed document handed in as evidence. Errors: ALREADY_EXISTS.
  virtual absl::Status PutDocument(const RequestId& request, const EvidenceId& evidence,
                                   absl::string_view sealed) = 0;
  // Destroys it. No effect when there is none.
  virtual absl::Status DeleteDocument(const EvidenceId& evidence) = 0;

  // Adds a chunk to a part, and the part with its first chunk; a chunk of no bytes adds the part
  // alone. `chunk.offset` must be the part's present size; errors: OUT_OF_RANGE OFFSET_WRONG with
  // metadata `expected_offset`.
  virtual absl::Status AppendChunk(const RequestId& request, const TaskId& task,
                                   absl::string_view category, const PartChunk& chunk) = 0;
  // Removes a part, or all parts of a task when `category` is absent.
  virtual absl::Status DeleteParts(const TaskId& task,
                                   const std::optional<std::string>& category) = 0;
};

// Thread-safe.
class Store {
 public:
  using Body = std::function<absl::Status(Transaction&)>;
  using Done = std::function<void(absl::Status)>;

  virtual ~Store() = default;

  // Runs `body` on the writer thread; then `done`, once, on a completion thread, after the group's
  // commit is durable. Does not block. A body's error undoes its writes and is `done`'s status; it
  // too is told only after the group's commit. A body may run twice and must touch nothing but its
  // transaction and what it resets at its beginning. After Close `done` is called with UNAVAILABLE
  // on the calling thread, and `body` is not.
  virtual void Transact(Body body, Done done) = 0;

  // Runs `body` on the calling thread, from one snapshot, over a connection of the pool. Blocks
  // while all connections are in use. A `body` must not begin another Read: with every connection
  // so used, none would come back.
  virtual absl::Status Read(const std::function<absl::Status(ReadView&)>& body) = 0;

  // The highest audit index that is durable, plus one. Cheap; for watchers.
  virtual int64_t DurableLeaves() const = 0;

  // Finishes what was queued, waits for reads under way, and closes. Idempotent. Must not be called
  // by a body, a `done` or a reader.
  virtual void Close() = 0;
};

// Transacts and waits for durability. For tests, tools and start-up only: a server thread must
// never wait.
absl::Status TransactAndWait(Store& store, Store::Body body);

}  // namespace dsr

#endif  // DSR_STORE_STORE_H_
