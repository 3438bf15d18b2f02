// The plain values that the Store contract speaks beside protobuf messages.
#ifndef DSR_STORE_RECORDS_H_
#define DSR_STORE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// One event as stored: `clear` is the serialised storage.v1.Event without personal fields, `sealed`
// the box that holds them, or empty. These exact bytes are hashed into the audit log and never
// re-serialised.
struct StoredEvent {
  int64_t sequence = 0;
  absl::Time time;
  std::string clear;
  std::string sealed;
};

// One leaf of the audit log: of an event (`request` set), or of a record that stands in the log
// itself (a refused call, a change of the registry), whose bytes are then in `clear` and `sealed`.
struct AuditLeaf {
  int64_t index = 0;
  std::string hash;  // 32 bytes
  std::optional<RequestId> request;
  int64_t sequence = 0;
  // Of an event, as its row says; absent otherwise.
  std::optional<absl::Time> time = std::nullopt;
  std::string clear;
  std::string sealed;
};

// A stored node of the audit log's tree, as it stands: in a log that was tampered with it may be at
// a place where there is none.
struct LogNode {
  int64_t level = 0;  // from 1 up
  int64_t index = 0;
  std::string hash;

  friend bool operator==(const LogNode&, const LogNode&) = default;
};

// The audit log's size and the hashes of its complete subtrees, largest first; enough to compute
// the root.
struct LogHead {
  int64_t size = 0;
  std::vector<std::string> subtrees;
};

// A data subject, known by a keyed hash of the account id.
struct SubjectRecord {
  SubjectId id;
  std::string account_hash;  // 32 bytes
  int64_t key_number = 0;    // its key in the key file
  bool is_retired = false;   // read only: its account is closed, see Transaction::RetireSubject
  // The key that requests filed now are sealed with; 0: none yet, or not any more. Requests of
  // before there were such keys share `key_number` with what is registered.
  int64_t content_key_number = 0;
};

// A key that was destroyed.
struct KeyShred {
  int64_t position = 0;  // in the journal, from 1
  int64_t key_number = 0;
  absl::Time time;
};

// That the company merged a subject's account into another's.
struct MergeRecord {
  SubjectId subject;
  SubjectId into;
  absl::Time time;
};

// The answer kept for an idempotency key. `status_code` 0 means that `answer` is a serialised
// response message, else `answer` is a serialised google.rpc.Status-compatible dsr.v1.Status. Holds
// no personal data.
struct StoredAnswer {
  std::string caller;
  std::string key;          // the UUID's 16 bytes
  std::string fingerprint;  // keyed hash of method and arguments, 16 bytes
  int status_code = 0;
  std::string answer;
  std::optional<RequestId> request;
};

// A timer that is due.
struct DueTimer {
  RequestId request;
  std::string name;
  absl::Time due;
};

// What the outbox delivers. The values are stored.
enum class OutboxKind { kNotice = 1, kMessage = 2 };

// One thing to be delivered, claimed until a moment.
struct OutboxItem {
  OutboxKind kind = OutboxKind::kNotice;
  RequestId request;
  Id128 item;        // a NoticeId or MessageId
  std::string lane;  // notices: OutboxLane (dsr/base/notice_life.h)
  int attempts = 0;  // before this one
};

// When an item is delivered next.
struct OutboxEntry {
  absl::Time next_attempt;
  int attempts = 0;  // so far
};

// An attempt to deliver a notice that failed.
struct DeliveryFailure {
  absl::Time time;
  std::string code;  // as in DeliveryResult
};

// The open notices of one recipient.
struct NoticeCounts {
  int64_t pending = 0;
  int64_t sent = 0;
  int64_t acknowledged = 0;
  int64_t objected = 0;  // to be decided
  int64_t failed = 0;
  int64_t overdue = 0;                         // of all of these
  absl::Time oldest = absl::InfiniteFuture();  // when the oldest was made
};

// A task leased by a worker.
struct LeasedTask {
  RequestId request;
  TaskId task;
  std::string lease_token;  // 16 bytes
  absl::Time lease_until;
};

// Where and by what a page of requests begins and is filtered.
struct RequestQuery {
  std::string type;                  // empty: any
  std::optional<v1::Phase> phase;    // absent: any
  std::optional<SubjectId> subject;  // absent: any
  std::string assignee;              // empty: any
  bool unassigned = false;           // only those that nobody works on
  std::string channel;               // empty: any
  std::string region;                // empty: any; a country stands for its subdivisions
  std::string team;                  // empty: any
  bool open_by_due_time = false;  // by (due, id), what was answered last; else all, newest id first
  bool breached_only = false;     // newest breach last; by id
  // The last row of the previous page.
  std::optional<RequestId> after_id;
  absl::Time after_due = absl::InfinitePast();
  int limit = 50;
};

// What reports read of one request, from one covering index.
struct SlaRow {
  RequestId id;
  std::string type;
  absl::Time received;
  absl::Time answered = absl::InfiniteFuture();  // InfiniteFuture: not answered
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  storage::v1::RequestCourse course;
};

// What reports read of one notice and one recipient that it was for.
struct NoticeRow {
  NoticeId id;  // tells when it was made
  std::string recipient;
  v1::Notice::State state = v1::Notice::STATE_UNSPECIFIED;
  absl::Time due = absl::InfiniteFuture();           // InfiniteFuture: has none, being exempt
  absl::Time acknowledged = absl::InfiniteFuture();  // InfiniteFuture: not yet
  absl::Time ended = absl::InfiniteFuture();         // InfiniteFuture: the duty has not ended
  // The notice was for the recipient in [since, until). InfinitePast: from its making;
  // InfiniteFuture: it still is.
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

// Somebody who works on requests is not there, from `begin` until before `end`.
struct AbsenceRecord {
  std::string principal;
  absl::Time begin;
  absl::Time end;
  std::string deputy;  // empty: nobody stands in
};

// One upload of a COLLECT task, or the package (category empty, of the packager's task), as far as
// it has come.
struct PartRecord {
  TaskId task;
  std::string category;
  int64_t size_bytes = 0;
};

// A piece of a part or package, sealed; `offset` is that of its first clear byte.
struct PartChunk {
  int64_t offset = 0;
  int64_t size_bytes = 0;  // clear bytes
  std::string sealed;
};

// How much there is to do.
struct StoreCounts {
  int64_t open_requests = 0;
  int64_t overdue_timers = 0;
  int64_t pending_notices = 0;
  int64_t pending_messages = 0;
  int64_t open_tasks = 0;
  int64_t file_bytes = 0;  // database and write-ahead log
};

}  // namespace dsr

#endif  // DSR_STORE_RECORDS_H_
