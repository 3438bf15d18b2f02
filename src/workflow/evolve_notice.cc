#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/ids.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"
#include "workflow/evolve_timers.h"
#include "workflow/notice_chase.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;

void BeginNoticeTimer(RequestState& state, absl::string_view prefix, const std::string& notice,
                      const google::protobuf::Timestamp& due) {
  storage::v1::TimerSet timer;
  const auto id = NoticeId::FromBytes(notice);
  timer.set_name(absl::StrCat(prefix, id.ok() ? id->ToString() : ""));
  *timer.mutable_due_time() = due;
  timer.set_notice_id(notice);
  BeginTimer(state, timer);
}

void EndNoticeTimers(RequestState& state, const std::string& notice) {
  EndTimers(state,
            [&](const storage::v1::PendingTimer& timer) { return timer.notice_id() == notice; });
}

void BeginTimers(RequestState& state, const storage::v1::NewNotice& made) {
  if (made.has_exemption_end_time()) {
    BeginNoticeTimer(state, kObjectionTimer, made.notice_id(), made.exemption_end_time());
  }
  if (made.has_exemption()) return;
  if (made.has_reminder_time()) {
    BeginNoticeTimer(state, kReminderTimer, made.notice_id(), made.reminder_time());
  } else {
    BeginNoticeTimer(state, kOverdueTimer, made.notice_id(), made.due_time());
  }
}

v1::Notice::State FirstState(const storage::v1::NewNotice& made) {
  if (made.has_exemption()) return v1::Notice::STATE_EXEMPT;
  return made.failure_code().empty() ? v1::Notice::STATE_PENDING : v1::Notice::STATE_FAILED;
}

void Create(RequestRecord& record, const Event& event, const storage::v1::NoticesCreated& created) {
  RequestState& state = *record.mutable_state();
  const RequestId request = IdOf(record);
  v1::Progress& progress = *state.mutable_request()->mutable_progress();
  for (const storage::v1::NewNotice& made : created.notices()) {
    v1::Notice& notice = *record.add_notices();
    const auto id = NoticeId::FromBytes(made.notice_id());
    if (id.ok()) notice.set_name(NoticeName(request, *id));
    notice.set_recipient(made.recipient());
    notice.set_kind(created.kind());
    notice.set_state(FirstState(made));
    notice.set_failure_code(made.failure_code());
    notice.set_by_category(!made.shared_categories().empty());
    *notice.mutable_categories() = made.categories();
    notice.set_scope_version(made.scope_version());
    *notice.mutable_create_time() = event.time();
    if (made.has_due_time()) *notice.mutable_due_time() = made.due_time();
    if (made.has_exemption()) *notice.mutable_exemption() = made.exemption();
    notice.set_instruction(made.instruction());
    *notice.mutable_onward_recipients() = made.onward_recipients();
    notice.set_language(made.language());
    notice.set_legal_basis(made.legal_basis());
    progress.set_notices_total(progress.notices_total() + 1);
    if (!made.has_exemption()) progress.set_notices_outstanding(progress.notices_outstanding() + 1);
    int32_t& scope = (*state.mutable_scope_versions())[made.recipient()];
    if (made.scope_version() > scope) scope = made.scope_version();
    for (const std::string& disclosure : made.disclosure_ids())
      *state.add_covered_disclosures() = disclosure;
    for (const std::string& category : made.shared_categories())
      state.add_covered_shares(ShareKey(made.recipient(), created.kind(), category));
    BeginTimers(state, made);
  }
}

// The duty ends; nothing is delivered any more, and nobody is chased.
void End(RequestRecord& record, const Event& event, v1::Notice& notice, v1::Notice::State end,
         const std::string& notice_id) {
  RequestState& state = *record.mutable_state();
  if (!HasEnded(notice)) {
    v1::Progress& progress = *state.mutable_request()->mutable_progress();
    progress.set_notices_outstanding(progress.notices_outstanding() - 1);
  }
  EndNoticeTimers(state, notice_id);
  notice.set_state(end);
  notice.set_redelivery(false);
  notice.clear_next_attempt_time();
  *notice.mutable_end_time() = event.time();
}

// It waits to be delivered, as if for the first time.
void DeliverAnew(v1::Notice& notice) {
  notice.set_state(v1::Notice::STATE_PENDING);
  notice.set_redelivery(false);
  notice.set_by_fallback(false);
  notice.set_attempts(0);
  notice.clear_next_attempt_time();
  notice.clear_failure_code();
}

// A receipt is of one answer, and says nothing about the next.
void KeepReceipt(v1::Notice& notice, bool has_receipt, const v1::Receipt& receipt) {
  notice.clear_receipt();
  if (has_receipt) *notice.mutable_receipt() = receipt;
}

// Whom it was for until now, as reports of the past tell it.
void KeepFormer(v1::Notice& notice, const google::protobuf::Timestamp& until) {
  const google::protobuf::Timestamp since = SinceWhen(notice);
  v1::FormerRecipient& former = *notice.add_former_recipients();
  former.set_recipient(notice.recipient());
  *former.mutable_begin_time() = since;
  *former.mutable_end_time() = until;
  if (notice.has_due_time()) *former.mutable_due_time() = notice.due_time();
  if (notice.has_acknowledge_time()) *former.mutable_acknowledge_time() = notice.acknowledge_time();
}

void Move(RequestRecord& record, v1::Notice& notice, const Event& event) {
  const storage::v1::NoticeMoved& moved = event.notice_moved();
  RequestState& state = *record.mutable_state();
  EndNoticeTimers(state, moved.notice_id());
  BeginNoticeTimer(state, kOverdueTimer, moved.notice_id(), moved.due_time());
  KeepFormer(notice, event.time());
  notice.set_recipient(moved.recipient());
  DeliverAnew(notice);
  // What another company answered is in the history, and binds nobody.
  notice.clear_objection();
  notice.clear_receipt();
  notice.clear_answer_evidence();
  notice.set_scope_version(moved.scope_version());
  notice.set_instruction(moved.instruction());
  notice.set_language(moved.language());
  notice.set_legal_basis(moved.legal_basis());
  *notice.mutable_due_time() = moved.due_time();
  notice.set_overdue(false);
  notice.clear_send_time();
  notice.clear_acknowledge_time();
  int32_t& scope = (*state.mutable_scope_versions())[moved.recipient()];
  scope = std::max(scope, moved.scope_version());
}

void Send(v1::Notice& notice, const Event& event) {
  // A reminder takes nothing back that the recipient has said since.
  if (notice.state() == v1::Notice::STATE_PENDING || notice.state() == v1::Notice::STATE_FAILED)
    notice.set_state(v1::Notice::STATE_SENT);
  notice.set_redelivery(false);
  notice.clear_next_attempt_time();
  notice.clear_failure_code();
  notice.set_attempts(event.notice_sent().attempts());
  notice.set_sent_way(event.notice_sent().way());
  *notice.mutable_send_time() = event.time();
}

void Complete(RequestRecord& record, v1::Notice& notice, const Event& event) {
  const storage::v1::NoticeCompleted& completed = event.notice_completed();
  End(record, event, notice, v1::Notice::STATE_COMPLETED, completed.notice_id());
  notice.set_records(completed.records());
  *notice.mutable_onward_told() = completed.onward_told();
  KeepReceipt(notice, completed.has_receipt(), completed.receipt());
  notice.set_answer_evidence(completed.evidence());
}

void Object(RequestRecord& record, v1::Notice& notice, const Event& event) {
  const storage::v1::NoticeObjected& objected = event.notice_objected();
  if (objected.objection().state() == v1::Objection::STATE_UNSPECIFIED) {
    End(record, event, notice, v1::Notice::STATE_OBJECTED, objected.notice_id());
  } else {
    notice.set_state(v1::Notice::STATE_OBJECTED);
    notice.set_redelivery(false);
    notice.clear_next_attempt_time();
  }
  *notice.mutable_objection() = objected.objection();
  *notice.mutable_objection()->mutable_object_time() = event.time();
  KeepReceipt(notice, objected.has_receipt(), objected.receipt());
  notice.set_answer_evidence(objected.evidence());
}

void Decide(RequestRecord& record, v1::Notice& notice, const Event& event) {
  const storage::v1::NoticeObjectionDecided& decided = event.notice_objection_decided();
  if (decided.accepted()) {
    End(record, event, notice, v1::Notice::STATE_OBJECTED, decided.notice_id());
    notice.mutable_objection()->set_state(v1::Objection::STATE_ACCEPTED);
  } else {
    DeliverAnew(notice);
    notice.mutable_objection()->set_state(v1::Objection::STATE_REJECTED);
  }
  notice.mutable_objection()->set_decision_reason(decided.reason());
}

void Fail(v1::Notice& notice, const storage::v1::NoticeFailed& failed) {
  const bool was_delivered =
      notice.state() != v1::Notice::STATE_PENDING && notice.state() != v1::Notice::STATE_FAILED;
  if (failed.to_fallback()) {
    if (!was_delivered) DeliverAnew(notice);
    notice.set_by_fallback(true);
  } else {
    if (!was_delivered) notice.set_state(v1::Notice::STATE_FAILED);
    notice.set_redelivery(false);
    notice.set_attempts(failed.attempts());
    notice.clear_next_attempt_time();
    if (failed.has_next_attempt_time())
      *notice.mutable_next_attempt_time() = failed.next_attempt_time();
  }
  notice.set_failure_code(failed.code());
}

void PassDue(RequestState& state, v1::Notice& notice, const storage::v1::NoticeOverdue& overdue) {
  notice.set_overdue(true);
  // It was tried daily until it was due.
  notice.clear_next_attempt_time();
  if (!overdue.role().empty()) notice.set_escalated_to(overdue.role());
  if (overdue.has_next()) BeginTimer(state, overdue.next());
}

void Remind(RequestState& state, v1::Notice& notice, const Event& event) {
  notice.set_redelivery(true);
  notice.clear_next_attempt_time();
  notice.set_reminders(notice.reminders() + 1);
  if (event.notice_reminded().has_next()) BeginTimer(state, event.notice_reminded().next());
}

const std::string& NoticeIdOf(const Event& event) {
  switch (event.payload_case()) {
    case Event::kNoticeSent:
      return event.notice_sent().notice_id();
    case Event::kNoticeAcknowledged:
      return event.notice_acknowledged().notice_id();
    case Event::kNoticeCompleted:
      return event.notice_completed().notice_id();
    case Event::kNoticeObjected:
      return event.notice_objected().notice_id();
    case Event::kNoticeObjectionDecided:
      return event.notice_objection_decided().notice_id();
    case Event::kNoticeCancelled:
      return event.notice_cancelled().notice_id();
    case Event::kNoticeSuperseded:
      return event.notice_superseded().notice_id();
    case Event::kNoticeImpossible:
      return event.notice_impossible().notice_id();
    case Event::kNoticeFailed:
      return event.notice_failed().notice_id();
    case Event::kNoticeOverdue:
      return event.notice_overdue().notice_id();
    case Event::kNoticeReminded:
      return event.notice_reminded().notice_id();
    case Event::kNoticeEscalated:
      return event.notice_escalated().notice_id();
    case Event::kNoticeMoved:
      return event.notice_moved().notice_id();
    case Event::kNoticeRetried:
      return event.notice_retried().notice_id();
    default:
      return event.notice_resent().notice_id();
  }
}

void EvolveOne(RequestRecord& record, v1::Notice& notice, const Event& event) {
  RequestState& state = *record.mutable_state();
  switch (event.payload_case()) {
    case Event::kNoticeSent:
      return Send(notice, event);
    case Event::kNoticeAcknowledged:
      notice.set_state(v1::Notice::STATE_ACKNOWLEDGED);
      notice.set_redelivery(false);
      notice.clear_next_attempt_time();
      notice.set_answer_evidence(event.notice_acknowledged().evidence());
      if (!notice.has_acknowledge_time()) *notice.mutable_acknowledge_time() = event.time();
      return;
    case Event::kNoticeCompleted:
      return Complete(record, notice, event);
    case Event::kNoticeObjected:
      return Object(record, notice, event);
    case Event::kNoticeObjectionDecided:
      return Decide(record, notice, event);
    case Event::kNoticeCancelled:
      return End(record, event, notice, v1::Notice::STATE_CANCELLED,
                 event.notice_cancelled().notice_id());
    case Event::kNoticeSuperseded:
      End(record, event, notice, v1::Notice::STATE_SUPERSEDED,
          event.notice_superseded().notice_id());
      if (const auto by = NoticeId::FromBytes(event.notice_superseded().by_notice_id()); by.ok())
        notice.set_superseded_by(NoticeName(IdOf(record), *by));
      return;
    case Event::kNoticeImpossible:
      End(record, event, notice, v1::Notice::STATE_IMPOSSIBLE,
          event.notice_impossible().notice_id());
      *notice.mutable_impossibility() = event.notice_impossible().impossibility();
      return;
    case Event::kNoticeFailed:
      return Fail(notice, event.notice_failed());
    case Event::kNoticeOverdue:
      return PassDue(state, notice, event.notice_overdue());
    case Event::kNoticeReminded:
      return Remind(state, notice, event);
    case Event::kNoticeEscalated:
      notice.set_escalated_to(event.notice_escalated().role());
      if (event.notice_escalated().has_next()) BeginTimer(state, event.notice_escalated().next());
      return;
    case Event::kNoticeMoved:
      return Move(record, notice, event);
    case Event::kNoticeRetried:
      return DeliverAnew(notice);
    case Event::kNoticeResent:
      notice.set_redelivery(true);
      notice.set_attempts(0);
      notice.clear_next_attempt_time();
      notice.set_by_fallback(event.notice_resent().by_fallback());
      return;
    default:
      return;
  }
}

}  // namespace

std::string ShareKey(absl::string_view recipient, v1::NoticeKind kind, absl::string_view category) {
  return absl::StrCat(recipient, "/", v1::NoticeKind_Name(kind), "/", category);
}

void EvolveNotice(RequestRecord& record, const Event& event) {
  if (event.has_notices_created()) {
    Create(record, event, event.notices_created());
    return;
  }
  if (v1::Notice* notice = FindNotice(record, NoticeIdOf(event))) EvolveOne(record, *notice, event);
}

}  // namespace dsr
