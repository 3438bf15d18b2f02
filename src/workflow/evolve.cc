// The fold: what each event makes of a request. One function an event, in the order of the
// payload's numbers.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "workflow/deadline_moves.h"
#include "workflow/evolve_children.h"
#include "workflow/evolve_timers.h"
#include "workflow/machine.h"
#include "workflow/request_course.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::PendingTimer;
using storage::v1::RequestRecord;
using storage::v1::RequestState;
using storage::v1::TimerSet;

void Apply(RequestRecord& record, const Event& event, const storage::v1::RequestFiled& filed) {
  RequestState& state = *record.mutable_state();
  v1::Request& request = *state.mutable_request();
  const auto id = RequestId::FromBytes(filed.request_id());
  const auto subject = SubjectId::FromBytes(filed.subject_id());
  if (id.ok()) request.set_name(RequestName(*id));
  if (subject.ok()) request.set_subject(SubjectName(*subject));
  request.set_type(filed.type());
  request.set_state(filed.state());
  request.set_phase(filed.phase());
  *request.mutable_received_time() = filed.received_time();
  *request.mutable_create_time() = event.time();
  CopyDeadline(filed, request);
  request.set_region(filed.region());
  request.set_team(filed.team());
  request.set_subject_account(filed.subject_account());
  *request.mutable_requester() = filed.requester();
  request.set_channel(filed.channel());
  request.set_language(filed.language());
  *request.mutable_categories() = filed.categories();
  if (filed.has_correction()) *request.mutable_correction() = filed.correction();
  if (filed.has_deletion()) *request.mutable_deletion() = filed.deletion();
  if (filed.has_decision_complaint())
    *request.mutable_decision_complaint() = filed.decision_complaint();
  if (filed.has_consent_change()) *request.mutable_consent_change() = filed.consent_change();
  if (filed.has_complaint()) *request.mutable_complaint() = filed.complaint();
  if (filed.has_text()) *request.mutable_text() = filed.text();
  if (filed.has_transfer()) *request.mutable_transfer() = filed.transfer();
  if (filed.has_company_deletion()) {
    *request.mutable_company_deletion() = filed.company_deletion();
    request.set_announcement(filed.company_deletion().announcement());
  }
  request.set_filed_by(event.actor());
  *state.mutable_first_deciders() = filed.first_deciders();
  *request.mutable_pins() = filed.pins();
  request.set_repeat_number(filed.repeat_number());
  request.set_repeated(filed.repeated());
  state.set_data_use(filed.data_use());
  state.set_requester_key(filed.requester_key());
  state.set_content_key(filed.content_key());
  state.set_subject_id(filed.subject_id());
  *state.mutable_merged_subject_ids() = filed.merged_subject_ids();
  state.set_key_number(filed.key_number());
  for (const TimerSet& timer : filed.timers()) BeginTimer(state, timer);
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::StateChanged& changed) {
  RequestState& state = *record.mutable_state();
  state.mutable_request()->set_state(changed.to());
  state.mutable_request()->set_phase(changed.phase());
  const bool was_proposed = state.request().refusal().state() == v1::Refusal::STATE_PROPOSED;
  if (was_proposed && changed.phase() != v1::PHASE_APPROVAL)
    state.mutable_request()->mutable_refusal()->set_state(v1::Refusal::STATE_LAPSED);
  EndTimers(state, [](const PendingTimer& timer) { return timer.state_scoped(); });
  if (!IsUnanswered(changed.phase())) state.clear_paused_since();
  if (changed.phase() == v1::PHASE_CLOSED) {
    *state.mutable_request()->mutable_close_time() = event.time();
    if (changed.has_content_end_time())
      *state.mutable_request()->mutable_content_end_time() = changed.content_end_time();
    if (changed.has_record_end_time())
      *state.mutable_request()->mutable_record_end_time() = changed.record_end_time();
    state.clear_timers();
  }
  for (const TimerSet& timer : changed.timers()) BeginTimer(state, timer);
}

void Apply(RequestRecord& record, const Event&, const storage::v1::TimerEnded& ended) {
  EndTimers(*record.mutable_state(),
            [&](const PendingTimer& timer) { return timer.name() == ended.name(); });
}

void Apply(RequestRecord& record, const Event&, const storage::v1::FieldDecided& decided) {
  v1::Request& request = *record.mutable_state()->mutable_request();
  if (!request.has_correction() || decided.index() < 0 ||
      decided.index() >= request.correction().fields_size())
    return;
  v1::FieldCorrection& field = *request.mutable_correction()->mutable_fields(decided.index());
  field.set_decision(decided.decision());
  field.set_reason(decided.reason());
}

void Apply(RequestRecord& record, const Event&, const storage::v1::PlanComputed& computed) {
  *record.mutable_state()->mutable_request()->mutable_plan()->mutable_items() = computed.items();
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::PlanConfirmed&) {
  v1::DeletionPlan& plan = *record.mutable_state()->mutable_request()->mutable_plan();
  plan.set_confirmed_by(event.actor());
  *plan.mutable_confirm_time() = event.time();
}

void Apply(RequestRecord& record, const Event& event,
           const storage::v1::RefusalProposed& proposed) {
  v1::Refusal& refusal = *record.mutable_state()->mutable_request()->mutable_refusal();
  refusal.Clear();
  refusal.set_state(v1::Refusal::STATE_PROPOSED);
  refusal.set_ground(proposed.ground());
  refusal.set_reason(proposed.reason());
  refusal.set_proposer(event.actor());
  *refusal.mutable_categories() = proposed.categories();
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::RefusalDecided& decided) {
  v1::Refusal& refusal = *record.mutable_state()->mutable_request()->mutable_refusal();
  refusal.set_state(decided.approved() ? v1::Refusal::STATE_APPROVED : v1::Refusal::STATE_REJECTED);
  refusal.set_decider(event.actor());
  if (!decided.approved() || refusal.categories().empty()) return;
  v1::PartialRefusal& partial = *record.mutable_state()->mutable_request()->add_partial_refusals();
  *partial.mutable_categories() = refusal.categories();
  partial.set_ground(refusal.ground());
  partial.set_reason(refusal.reason());
  partial.set_proposer(refusal.proposer());
  partial.set_decider(refusal.decider());
  for (const std::string& category : partial.categories()) {
    v1::CategoryOutcome& outcome = *record.mutable_state()->mutable_request()->add_outcomes();
    outcome.set_category(category);
    outcome.set_disposition(v1::DISPOSITION_REFUSED);
  }
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::FeeQuoted& quoted) {
  v1::Fee& fee = *record.mutable_state()->mutable_request()->mutable_fee();
  fee.Clear();
  fee.set_state(v1::Fee::STATE_QUOTED);
  fee.set_amount_cents(quoted.amount_cents());
  fee.set_currency(quoted.currency());
  fee.set_ground(quoted.ground());
  fee.set_reason(quoted.reason());
  fee.set_quoted_by(event.actor());
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::FeeSettled& settled) {
  v1::Fee& fee = *record.mutable_state()->mutable_request()->mutable_fee();
  fee.set_state(settled.settlement());
  fee.set_settled_by(event.actor());
}

void Apply(RequestRecord& record, const Event&, const storage::v1::ConflictDecided& decided) {
  for (const std::string& name : decided.against())
    record.mutable_state()->add_settled_conflicts(name);
}

void Apply(RequestRecord& record, const Event& event,
           const storage::v1::RequestAnswered& answered) {
  RequestState& state = *record.mutable_state();
  v1::Response& response = *state.mutable_request()->mutable_response();
  response.set_outcome(answered.outcome());
  *response.mutable_response_time() = event.time();
  const auto request = ParseRequestName(state.request().name());
  const auto message = MessageId::FromBytes(answered.message_id());
  if (request.ok() && message.ok()) response.set_message(MessageName(*request, *message));
  response.set_responder(event.actor());
  response.set_note(answered.note());
  state.set_answered_late(answered.late());
  EndTimers(state, [](const PendingTimer& timer) { return timer.ends_at_response(); });
  state.clear_paused_since();
}

void Apply(RequestRecord& record, const Event& event,
           const storage::v1::RequestBreached& breached) {
  v1::Request& request = *record.mutable_state()->mutable_request();
  request.set_breached(true);
  *request.mutable_breach_time() = breached.has_due_time() ? breached.due_time() : event.time();
  request.set_breach_cause(breached.cause());
  *request.mutable_breach_systems() = breached.systems();
  record.mutable_state()->clear_paused_since();
}

void Apply(RequestRecord& record, const Event&, const storage::v1::RequestEscalated& escalated) {
  v1::Request& request = *record.mutable_state()->mutable_request();
  request.set_escalation_level(escalated.level());
  if (!escalated.role().empty()) request.set_escalation_role(escalated.role());
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::DeadlineMoved& moved) {
  RequestState& state = *record.mutable_state();
  v1::Request& request = *state.mutable_request();
  if (FromTimestamp(request.due_time()) < FromTimestamp(moved.due_time())) {
    // With more time, what was brought to somebody's attention is brought there anew.
    request.clear_escalation_level();
    request.clear_escalation_role();
  }
  CopyDeadline(moved, request);
  if (moved.has_calendar()) *request.mutable_pins()->mutable_calendar() = moved.calendar();
  for (const TimerSet& timer : moved.timers()) BeginTimer(state, timer);
  if (moved.cause() == v1::DEADLINE_CHANGE_EXTENDED) {
    v1::DeadlineExtension& extension = *request.mutable_extension();
    *extension.mutable_extend_time() = event.time();
    extension.set_extended_by(event.actor());
    extension.set_reason(moved.reason());
  } else if (moved.cause() == v1::DEADLINE_CHANGE_PAUSED) {
    state.clear_paused_since();
    if (moved.has_paused_since()) *state.mutable_paused_since() = moved.paused_since();
  }
}

void Apply(RequestRecord& record, const Event&, const storage::v1::RequestAssigned& assigned) {
  v1::Request& request = *record.mutable_state()->mutable_request();
  request.set_assignee(assigned.assignee());
  if (!assigned.team().empty()) request.set_team(assigned.team());
}

void Apply(RequestRecord& record, const Event& event,
           const storage::v1::DecisionReviewed& reviewed) {
  v1::DecisionReview& review = *record.mutable_state()->mutable_request()->mutable_review();
  review.set_outcome(reviewed.outcome());
  review.set_explanation(reviewed.explanation());
  review.set_remedy(reviewed.remedy());
  review.set_remedy_request(reviewed.remedy_request());
  review.set_reviewer(event.actor());
}

void Apply(RequestRecord& record, const Event&, const storage::v1::PackageBuilt& built) {
  v1::Package& package = *record.mutable_state()->mutable_request()->mutable_package();
  package.Clear();
  package.set_sha256(HexEncode(built.sha256()));
  package.set_size_bytes(built.size_bytes());
  package.set_content_type(built.content_type());
}

void Apply(RequestRecord& record, const Event&, const storage::v1::GrantIssued& issued) {
  RequestState& state = *record.mutable_state();
  state.set_grant_id(issued.grant_id());
  v1::Package& package = *state.mutable_request()->mutable_package();
  package.set_state(v1::Package::STATE_READY);
  *package.mutable_grant_expire_time() = issued.expire_time();
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::DownloadBegun&) {
  v1::Package& package = *record.mutable_state()->mutable_request()->mutable_package();
  package.set_state(v1::Package::STATE_DOWNLOADING);
  package.set_bound_to(event.actor());
}

void Apply(RequestRecord& record, const Event&, const storage::v1::DownloadFinished&) {
  record.mutable_state()->mutable_request()->mutable_package()->set_state(
      v1::Package::STATE_DOWNLOADED);
}

void Apply(RequestRecord& record, const Event& event, const storage::v1::IncidentRaised& raised) {
  v1::Incident& incident = *record.mutable_state()->mutable_request()->add_incidents();
  incident.set_kind(raised.kind());
  *incident.mutable_raise_time() = event.time();
  incident.set_effective(raised.effective());
}

void Apply(RequestRecord& record, const Event& event,
           const storage::v1::FileAccessApproved& approved) {
  v1::FileAccess& access = *record.mutable_state()->mutable_request()->add_file_access();
  access.set_principal(approved.principal());
  access.set_approver(event.actor());
  *access.mutable_expire_time() = approved.expire_time();
}

void Apply(RequestRecord& record, const Event&, const storage::v1::RequestLinked& linked) {
  RequestState& state = *record.mutable_state();
  v1::Request& request = *state.mutable_request();
  request.set_duplicate_of(linked.first());
  CopyDeadline(linked, request);
  for (const TimerSet& timer : linked.timers()) BeginTimer(state, timer);
}

void Apply(RequestRecord& record, const Event&, const storage::v1::RequestMigrated& migrated) {
  RequestState& state = *record.mutable_state();
  v1::Request& request = *state.mutable_request();
  *request.mutable_pins() = migrated.pins();
  if (!migrated.has_due_time()) return;
  CopyDeadline(migrated, request);
  for (const TimerSet& timer : migrated.timers()) BeginTimer(state, timer);
}

// What a person decides about a request, and not only does for it.
bool IsDecision(const Event& event) {
  switch (event.payload_case()) {
    case Event::kRequestAssessed:
    case Event::kFieldDecided:
    case Event::kPlanConfirmed:
    case Event::kRefusalProposed:
    case Event::kRefusalDecided:
    case Event::kFeeQuoted:
    case Event::kConflictDecided:
    case Event::kDecisionReviewed:
    case Event::kRequestAnswered:
      return true;
    default:
      return false;
  }
}

void AddDecider(RequestState& state, const std::string& actor) {
  const auto& deciders = state.deciders();
  if (absl::StartsWith(actor, "system:") ||
      std::find(deciders.begin(), deciders.end(), actor) != deciders.end()) {
    return;
  }
  state.add_deciders(actor);
}

}  // namespace

void Evolve(RequestRecord& record, const Event& event) {
  switch (event.payload_case()) {
    case Event::kRequestFiled:
      Apply(record, event, event.request_filed());
      break;
    case Event::kStateChanged:
      Apply(record, event, event.state_changed());
      break;
    case Event::kTimerSet:
      BeginTimer(*record.mutable_state(), event.timer_set());
      break;
    case Event::kTimerEnded:
      Apply(record, event, event.timer_ended());
      break;
    case Event::kVerificationStarted:
    case Event::kCodeRejected:
    case Event::kVerificationPassed:
    case Event::kVerificationFailed:
    case Event::kEvidenceRecorded:
    case Event::kEvidencePurged:
    case Event::kVerificationRevoked:
      EvolveVerification(record, event);
      break;
    case Event::kTasksCreated:
    case Event::kTaskCompleted:
    case Event::kTaskFailed:
    case Event::kTaskCancelled:
    case Event::kTaskRetried:
    case Event::kTaskInstructed:
      EvolveTask(record, event);
      break;
    case Event::kNoticesCreated:
    case Event::kNoticeSent:
    case Event::kNoticeAcknowledged:
    case Event::kNoticeCompleted:
    case Event::kNoticeObjected:
    case Event::kNoticeObjectionDecided:
    case Event::kNoticeFailed:
    case Event::kNoticeOverdue:
    case Event::kNoticeReminded:
    case Event::kNoticeEscalated:
    case Event::kNoticeRetried:
    case Event::kNoticeResent:
    case Event::kNoticeMoved:
    case Event::kNoticeCancelled:
    case Event::kNoticeSuperseded:
    case Event::kNoticeImpossible:
      EvolveNotice(record, event);
      break;
    case Event::kMessageQueued:
    case Event::kMessageSent:
    case Event::kMessageFailed:
      EvolveMessage(record, event);
      break;
    case Event::kFieldDecided:
      Apply(record, event, event.field_decided());
      break;
    case Event::kPlanComputed:
      Apply(record, event, event.plan_computed());
      break;
    case Event::kPlanConfirmed:
      Apply(record, event, event.plan_confirmed());
      break;
    case Event::kRefusalProposed:
      Apply(record, event, event.refusal_proposed());
      break;
    case Event::kRefusalDecided:
      Apply(record, event, event.refusal_decided());
      break;
    case Event::kRequestAnswered:
      Apply(record, event, event.request_answered());
      break;
    case Event::kRequestBreached:
      Apply(record, event, event.request_breached());
      break;
    case Event::kRequestEscalated:
      Apply(record, event, event.request_escalated());
      break;
    case Event::kDecisionReviewed:
      Apply(record, event, event.decision_reviewed());
      break;
    case Event::kPackageBuilt:
      Apply(record, event, event.package_built());
      break;
    case Event::kGrantIssued:
      Apply(record, event, event.grant_issued());
      break;
    case Event::kDownloadBegun:
      Apply(record, event, event.download_begun());
      break;
    case Event::kDownloadFinished:
      Apply(record, event, event.download_finished());
      break;
    case Event::kRequestAssigned:
      Apply(record, event, event.request_assigned());
      break;
    case Event::kDeadlineMoved:
      Apply(record, event, event.deadline_moved());
      break;
    case Event::kClockPaused:
      *record.mutable_state()->mutable_paused_since() = event.time();
      break;
    case Event::kFeeQuoted:
      Apply(record, event, event.fee_quoted());
      break;
    case Event::kFeeSettled:
      Apply(record, event, event.fee_settled());
      break;
    case Event::kConflictDecided:
      Apply(record, event, event.conflict_decided());
      break;
    case Event::kConsentChanged:
      // In effect at once: there is nothing left to withdraw.
      record.mutable_state()->set_point_of_no_return(true);
      break;
    case Event::kDeletionApproved:
      record.mutable_state()->mutable_request()->add_approvers(event.actor());
      break;
    case Event::kAnnouncementRecorded:
      record.mutable_state()->mutable_request()->set_announcement(
          event.announcement_recorded().announcement());
      break;
    case Event::kRestrictionLifted: {
      v1::Restriction& restriction =
          *record.mutable_state()->mutable_request()->mutable_restriction();
      restriction.set_lifted_by(event.actor());
      *restriction.mutable_lift_time() = event.time();
      restriction.set_reason(event.restriction_lifted().reason());
      record.mutable_state()->set_subject_told(false);
      break;
    }
    case Event::kIncidentRaised:
      Apply(record, event, event.incident_raised());
      break;
    case Event::kFileAccessApproved:
      Apply(record, event, event.file_access_approved());
      break;
    case Event::kRequestLinked:
      Apply(record, event, event.request_linked());
      break;
    case Event::kRequestMigrated:
      Apply(record, event, event.request_migrated());
      break;
    case Event::kBlockersCleared:
    case Event::kRetainedLeft:
      EvolveTask(record, event);
      break;
    // These are history only: nothing that is decided later depends on them.
    case Event::kRequestAssessed:
    case Event::kRequestWithdrawn:
    case Event::kFileOpened:
    case Event::kDisclosureRecorded:
    case Event::kActionRejected:
    case Event::PAYLOAD_NOT_SET:
      break;
  }
  RequestState& state = *record.mutable_state();
  TrackCourse(event, state);
  if (IsDecision(event)) AddDecider(state, event.actor());
  state.set_version(event.sequence());
  *state.mutable_last_event_time() = event.time();
  *state.mutable_request()->mutable_update_time() = event.time();
  state.mutable_request()->set_etag(absl::StrCat("v", event.sequence()));
}

}  // namespace dsr
