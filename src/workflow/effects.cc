#include "workflow/effects.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "workflow/breach_cause.h"
#include "workflow/children.h"
#include "workflow/deadline_moves.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

using storage::v1::Event;

// What is restricted is not done, unless it was only to be shown and all of it was.
bool IsNotDone(const v1::CategoryOutcome& outcome, bool reads) {
  const bool is_shown =
      reads && outcome.records() > 0 && outcome.records() >= outcome.retained_records();
  return outcome.disposition() == v1::DISPOSITION_REFUSED ||
         (outcome.disposition() == v1::DISPOSITION_RESTRICTED && !is_shown);
}

// Whether everything asked for was done, told by what became of categories and fields.
v1::Outcome TellOutcome(const storage::v1::RequestState& state) {
  const v1::Request& request = state.request();
  const bool reads = FindRound(state, v1::TASK_KIND_COLLECT) != nullptr;
  const bool some_kept = std::any_of(
      request.outcomes().begin(), request.outcomes().end(),
      [reads](const v1::CategoryOutcome& outcome) { return IsNotDone(outcome, reads); });
  const auto& fields = request.correction().fields();
  const bool some_rejected =
      std::any_of(fields.begin(), fields.end(), [](const v1::FieldCorrection& field) {
        return field.decision() == v1::FIELD_DECISION_REJECTED ||
               field.decision() == v1::FIELD_DECISION_SUPERSEDED;
      });
  // Nothing is corrected where nothing is held any more; an erasure may have come first.
  const bool some_gone = request.has_correction() &&
                         std::any_of(request.outcomes().begin(), request.outcomes().end(),
                                     [](const v1::CategoryOutcome& outcome) {
                                       return outcome.disposition() == v1::DISPOSITION_NOT_HELD;
                                     });
  return some_kept || some_rejected || some_gone ? v1::OUTCOME_PARTLY_FULFILLED
                                                 : v1::OUTCOME_FULFILLED;
}

void MarkBreached(Deciding& deciding) {
  if (deciding.request().breached()) return;
  Event event;
  storage::v1::RequestBreached& breached = *event.mutable_request_breached();
  *breached.mutable_due_time() = deciding.request().due_time();
  TellBreachCause(deciding, breached);
  deciding.Emit(std::move(event));
}

void Respond(Deciding& deciding, const v1::Effect& effect) {
  const bool late = deciding.now() >= FromTimestamp(deciding.request().due_time());
  // A timer that answers may fire, late, before the deadline's own: a late answer is a breach
  // whatever fires first.
  if (late) MarkBreached(deciding);
  const std::string message = QueueMessage(deciding, effect.template_(), effect.to_requester());
  Event event;
  storage::v1::RequestAnswered& answered = *event.mutable_request_answered();
  answered.set_outcome(effect.outcome() == v1::OUTCOME_UNSPECIFIED ? TellOutcome(deciding.state())
                                                                   : effect.outcome());
  answered.set_message_id(message);
  answered.set_late(late);
  deciding.EmitAnswer(std::move(event));
}

void IssueGrant(Deciding& deciding) {
  Event event;
  storage::v1::GrantIssued& issued = *event.mutable_grant_issued();
  const absl::Time end = deciding.now() + absl::Hours(deciding.rulebook().policy.grant_hours());
  issued.set_grant_id(deciding.context().fresh_id);
  *issued.mutable_expire_time() = ToTimestamp(end);
  deciding.Emit(std::move(event));
  Event timer;
  timer.mutable_timer_set()->set_name("grant-end");
  *timer.mutable_timer_set()->mutable_due_time() = ToTimestamp(end);
  deciding.Emit(std::move(timer));
}

// Releasing what was restricted wrongly is not taken back with the rest.
bool Undoes(const v1::Task& task, const storage::v1::RequestState& state) {
  return task.kind() == v1::TASK_KIND_LIFT_RESTRICTION && !state.retained().empty();
}

// Takes back those open or failed tasks that `which` names.
void Cancel(Deciding& deciding, const std::function<bool(const v1::Task&)>& which) {
  std::vector<std::string> ids;
  for (const v1::Task& task : deciding.record().tasks()) {
    if (task.state() != v1::Task::STATE_OPEN && task.state() != v1::Task::STATE_FAILED) continue;
    if (!which(task)) continue;
    const auto id = Id128::Parse(LastSegment(task.name()));
    if (id.ok()) ids.emplace_back(id->bytes());
  }
  for (const std::string& id : ids) {
    Event event;
    event.mutable_task_cancelled()->set_task_id(id);
    deciding.Emit(std::move(event));
  }
}

}  // namespace

void CancelTasks(Deciding& deciding, bool spares_lookup) {
  Cancel(deciding, [&](const v1::Task& task) {
    return !Undoes(task, deciding.state()) &&
           !(spares_lookup && task.kind() == v1::TASK_KIND_RESOLVE_CONTACT);
  });
}

void CancelLookups(Deciding& deciding) {
  Cancel(deciding,
         [](const v1::Task& task) { return task.kind() == v1::TASK_KIND_RESOLVE_CONTACT; });
}

void LinkTo(Deciding& deciding, const v1::Request& first) {
  const v1::Request& request = deciding.request();
  const bool moves = FromTimestamp(first.due_time()) < FromTimestamp(request.due_time());
  // One matter, one clock: that of whichever came first.
  const v1::Request& dated = moves ? first : request;
  Event event;
  storage::v1::RequestLinked& linked = *event.mutable_request_linked();
  linked.set_first(first.name());
  CopyDeadline(dated, linked);
  if (moves) {
    for (const v1::TimerRule& rule : deciding.rulebook().workflow.request_timers()) {
      *linked.add_timers() = BeginTimer(deciding, rule, FromTimestamp(request.received_time()),
                                        DueTimesOf(dated), /*state_scoped=*/false);
    }
  }
  deciding.Emit(std::move(event));
}

std::string QueueMessage(Deciding& deciding, absl::string_view template_id, bool to_requester,
                         absl::string_view verification_id, int send_number) {
  const MessageId id =
      deciding.Derive<MessageId>("message", template_id, absl::StrCat(deciding.state().version()));
  Event event;
  storage::v1::MessageQueued& queued = *event.mutable_message_queued();
  queued.set_message_id(std::string(id.bytes()));
  queued.set_template_(std::string(template_id));
  queued.set_language(deciding.request().language());
  queued.set_to_requester(to_requester);
  // Whoever acts for the subject is answered in its place; a code proves the subject, and an
  // authority that has ended is answered by nobody.
  queued.set_to_representative(!to_requester && verification_id.empty() &&
                               HasAuthority(deciding.circumstances()));
  queued.set_verification_id(std::string(verification_id));
  queued.set_send_number(send_number);
  deciding.Emit(std::move(event));
  return std::string(id.bytes());
}

void QueueOnSecondChannel(Deciding& deciding, const v1::Message& failed) {
  const MessageId id = deciding.Derive<MessageId>("message on second channel", failed.name(), "");
  Event event;
  storage::v1::MessageQueued& queued = *event.mutable_message_queued();
  queued.set_message_id(std::string(id.bytes()));
  queued.set_template_(failed.template_());
  queued.set_language(failed.language());
  queued.set_to_requester(failed.audience() == v1::Message::AUDIENCE_REQUESTER);
  queued.set_to_representative(failed.audience() == v1::Message::AUDIENCE_REPRESENTATIVE);
  queued.set_second_channel(true);
  deciding.Emit(std::move(event));
}

void RunEffect(Deciding& deciding, const v1::Effect& effect) {
  switch (effect.kind()) {
    case v1::EFFECT_KIND_CREATE_TASKS:
      return CreateTasks(deciding, effect.task_kind());
    case v1::EFFECT_KIND_NOTIFY_RECIPIENTS:
      return NotifyRecipients(deciding, effect.notice_kind());
    case v1::EFFECT_KIND_COMPUTE_PLAN:
      return ComputePlan(deciding);
    case v1::EFFECT_KIND_SEND_MESSAGE:
      QueueMessage(deciding, effect.template_(), effect.to_requester());
      return;
    case v1::EFFECT_KIND_RESPOND:
      return Respond(deciding, effect);
    case v1::EFFECT_KIND_CANCEL_TASKS:
      return CancelTasks(deciding);
    case v1::EFFECT_KIND_MARK_BREACHED:
      return MarkBreached(deciding);
    case v1::EFFECT_KIND_ESCALATE: {
      if (effect.escalation_level() <= deciding.request().escalation_level()) return;
      Event event;
      event.mutable_request_escalated()->set_level(effect.escalation_level());
      event.mutable_request_escalated()->set_role(effect.escalation_role());
      deciding.Emit(std::move(event));
      return;
    }
    case v1::EFFECT_KIND_ERASE_RETAINED:
      return EraseRetained(deciding);
    case v1::EFFECT_KIND_ISSUE_GRANT:
      return IssueGrant(deciding);
    case v1::EFFECT_KIND_CHANGE_CONSENT:
      return ChangeConsent(deciding);
    case v1::EFFECT_KIND_RECORD_DISCLOSURE:
      return RecordDisclosure(deciding);
    case v1::EFFECT_KIND_UNSPECIFIED:
    case v1::EffectKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::EffectKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      return;
  }
}

}  // namespace dsr
