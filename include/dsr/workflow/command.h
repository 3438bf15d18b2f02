// Commands: everything that can be asked of one request, by whomever.
//
// A command that brings personal data carries the event payload it will become with every personal
// field cleared; the data itself travels beside it as SealedContent, sealed before the command
// reached the writer thread. Commands are never stored.
#ifndef DSR_WORKFLOW_COMMAND_H_
#define DSR_WORKFLOW_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/task.pb.h"
#include "dsr/v1/verification.pb.h"
#include "dsr/v1/workflow.pb.h"

namespace dsr {

// Files a request. The payload holds type, received_time (empty: now), subject_id, key_number,
// requester, channel, language, categories and details; the engine fills in the rest.
struct FileRequest {
  storage::v1::RequestFiled filed;
};

// Begins a verification under `id`, or sends another code for the pending one (then `id` is not
// used).
struct StartVerification {
  VerificationId id;
  v1::VerificationMethod method;
  v1::VerificationPurpose purpose = v1::VERIFICATION_PURPOSE_IDENTITY;
};

// Submits a code. Which codes were right is found out before: `matched_send` is the number of the
// send whose code equals the one submitted, 0 for none.
struct SubmitCode {
  VerificationId id;
  int matched_send = 0;
};

// A person saw a piece of evidence. The payload holds verification_id, evidence_id, evidence and
// document_sha256; the engine fills in the rest.
struct RecordEvidence {
  storage::v1::EvidenceRecorded recorded;
};
struct DecideVerification {
  VerificationId id;
  bool passed = false;
};
struct RevokeVerification {
  storage::v1::VerificationRevoked revoked;
};

struct AssessRequest {};
struct DecideField {
  storage::v1::FieldDecided decided;
};
struct ConfirmPlan {};
struct ClearBlockers {};
struct ProposeRefusal {
  storage::v1::RefusalProposed proposed;
};
struct ApproveRefusal {};
struct RejectRefusal {};
struct ReviewDecision {
  storage::v1::DecisionReviewed reviewed;
};
struct WithdrawRequest {};
struct RespondToRequest {};
struct AssignRequest {
  std::string assignee;
  std::string team;  // empty: stays as it is
  // What the store and the server know against it, such as that the assignee is absent.
  absl::Status obstacle;
  // The assignee is known and has not the role children_privacy, which a minor's request needs.
  bool lacks_childrens_role = false;
};

// Whoever works on the request gives it to somebody else. The payload holds assignee, team and the
// note to the next.
struct HandOverRequest {
  storage::v1::RequestAssigned assigned;
  absl::Status obstacle;              // see AssignRequest
  bool lacks_childrens_role = false;  // see AssignRequest
};

// A worker's report. The lease was checked before, in the same transaction.
struct CompleteTask {
  TaskId id;
  v1::TaskResult result;
};
struct FailTask {
  TaskId id;
  std::string code;
  bool for_good = false;
};
// dsrd's own packager made the package.
struct CompletePackage {
  TaskId id;
  storage::v1::PackageBuilt built;
};

// A person opens a failed task again.
struct RetryTask {
  TaskId id;
};

// What a recipient answers. With `evidence` a person records it: what the answer rests on; it needs
// no receipt then, and no acknowledgement before it.
struct AcknowledgeNotice {
  NoticeId id;
  std::string evidence;
};
struct CompleteNotice {
  NoticeId id;
  int64_t records = 0;
  std::vector<std::string> onward_told;
  std::optional<v1::Receipt> receipt;
  std::string evidence;
};
struct ObjectToNotice {
  NoticeId id;
  v1::Objection objection;
  std::optional<v1::Receipt> receipt;
  std::string evidence;
};
// A person decides about an objection.
struct DecideObjection {
  NoticeId id;
  bool accepted = false;
  std::string reason;
};
struct RecordNoticeImpossible {
  NoticeId id;
  v1::Impossibility impossibility;
};
struct RetryNotice {
  NoticeId id;
};
struct ResendNotice {
  NoticeId id;
  bool by_fallback = false;
};
// What became of a notice's delivery: delivered, or given up.
struct RecordNoticeDelivery {
  NoticeId id;
  // Where it waited in the outbox, see OutboxLane; of one that has moved since nothing is recorded.
  std::string lane;
  bool delivered = false;
  // When delivered: how.
  v1::NoticeWay way = v1::NOTICE_WAY_UNSPECIFIED;
  int attempts = 0;
  std::string code;  // when given up: why, such as `http-500`
  // When given up: trying again is of no use.
  bool is_hopeless = false;
  // What the recipient answered in its reply, where it did.
  std::optional<v1::NoticeAnswer> answer;
};
// What became of a message: sent, with what it said as the sealed content, or given up.
struct RecordMessageDelivery {
  MessageId id;
  enum class Outcome { kSent, kFailed, kNoAddress } outcome = Outcome::kSent;
  int attempts = 0;
  std::string text_sha256;  // when sent: 32 bytes
};

// A timer is due. Checked again: fires only if that timer, with that due time, is still pending.
struct FireTimer {
  std::string name;
  absl::Time due;
};

struct QuoteFee {
  storage::v1::FeeQuoted quoted;
};
struct SettleFee {
  v1::Fee::State settlement;
};
struct DecideConflict {
  storage::v1::ConflictDecided decided;
};
struct ApproveDeletion {};
struct RecordAnnouncement {
  std::string announcement;
};
struct LiftRestriction {
  storage::v1::RestrictionLifted lifted;
};
// Another request of the subject changed; what depends on it is looked at again.
struct Reconsider {};

// A minor's case file: who may open it, and that the actor did.
struct ApproveFileAccess {
  std::string principal;
  absl::Duration length = absl::Hours(24);
};
struct OpenFile {};

// The request goes on by the definitions now in force.
struct MigrateRequest {};

// A person extends the deadline. The payload holds the reason; the engine fills in the rest.
struct ExtendDeadline {
  storage::v1::DeadlineMoved moved;
};
// A calendar is in force that may know more of the days that the deadline was counted through.
struct RecountDeadline {};

struct BeginDownload {};
struct FinishDownload {};

using Command = std::variant<
    FileRequest, StartVerification, SubmitCode, RecordEvidence, DecideVerification,
    RevokeVerification, QuoteFee, SettleFee, DecideConflict, ApproveDeletion, RecordAnnouncement,
    LiftRestriction, Reconsider, ApproveFileAccess, OpenFile, AssessRequest, DecideField,
    ConfirmPlan, ClearBlockers, ProposeRefusal, ApproveRefusal, RejectRefusal, ReviewDecision,
    WithdrawRequest, RespondToRequest, AssignRequest, HandOverRequest, CompleteTask, FailTask,
    RetryTask, CompletePackage, AcknowledgeNotice, CompleteNotice, ObjectToNotice, DecideObjection,
    RecordNoticeImpossible, RetryNotice, ResendNotice, RecordNoticeDelivery, RecordMessageDelivery,
    FireTimer, MigrateRequest, ExtendDeadline, RecountDeadline, BeginDownload, FinishDownload>;

// Tells whether `command` can change what the guards of `workflow` ask for. One that cannot is
// decided without facts, and no transition on facts is tried after it: the facts would be missing,
// and nobody would be there whom the request waits for.
bool ChangesFacts(const Command& command, const v1::Workflow& workflow);

// Returns the command's name as used in logs and errors: the API method's where there is one, such
// as `AssessRequest`.
absl::string_view CommandName(const Command& command);

}  // namespace dsr

#endif  // DSR_WORKFLOW_COMMAND_H_
