#include "unit/workflow/model_rules.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "dsr/base/proto_time.h"
#include "testing/request_invariants.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestState;

bool Passed(const v1::Verification& proof, v1::VerificationPurpose purpose, absl::Time now) {
  return proof.purpose() == purpose && proof.state() == v1::Verification::STATE_PASSED &&
         now < FromTimestamp(proof.expire_time());
}

bool Shows(const v1::Verification& proof, v1::EvidenceKind kind) {
  const auto& all = proof.evidence();
  return std::any_of(all.begin(), all.end(),
                     [&](const v1::Evidence& one) { return one.kind() == kind && one.accepted(); });
}

bool ShowsMinor(const v1::Verification& proof) {
  const auto& all = proof.evidence();
  return std::any_of(all.begin(), all.end(), [](const v1::Evidence& one) {
    return one.accepted() && one.has_minor_until();
  });
}

bool HasShownAuthority(const v1::Verification& proof, v1::Relation relation, bool has_shown_minor) {
  if (relation == v1::RELATION_AUTHORISED_AGENT)
    return Shows(proof, v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  // An adult has a guardian by a ruling only.
  return Shows(proof, v1::EVIDENCE_KIND_GUARDIANSHIP) &&
         (has_shown_minor || Shows(proof, v1::EVIDENCE_KIND_CAPACITY_RULING));
}

// What was begun with an authority that only ended since is carried to its end; a court order
// against it ends it at once.
bool MayRepresent(const RequestState& state, absl::Time now) {
  const auto& proofs = state.verifications();
  const v1::Relation relation = state.request().requester().relation();
  const bool is_opposed =
      std::any_of(proofs.begin(), proofs.end(), [](const v1::Verification& proof) {
        return Shows(proof, v1::EVIDENCE_KIND_COURT_ORDER_AGAINST);
      });
  const bool has_shown_minor = std::any_of(proofs.begin(), proofs.end(), ShowsMinor);
  return !is_opposed &&
         std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
           const absl::Time when = HasBegun(state) ? absl::InfinitePast() : now;
           return Passed(proof, v1::VERIFICATION_PURPOSE_REPRESENTATION, when) &&
                  HasShownAuthority(proof, relation, has_shown_minor);
         });
}

bool IsVerified(const Situation& at, const Rulebook& rulebook) {
  const RequestState& state = at.record.state();
  const absl::Time now = at.now;
  // With the subject's death every role but its relatives' ends.
  if ((at.beside & kDeath) != 0 && !state.point_of_no_return()) return false;
  switch (rulebook.workflow.initiation()) {
    case v1::INITIATION_UNVERIFIED:
      return false;
    case v1::INITIATION_COMPANY:
      return state.request().approvers_size() >= 2;
    default:
      return IsIdentified(state, rulebook, HasBegun(state) ? absl::InfinitePast() : now) &&
             (state.request().requester().relation() == v1::RELATION_SUBJECT ||
              MayRepresent(state, now));
  }
}

// Tells what is held, planned or in the way, and not only where the request stands.
bool Tells(const Event& event) {
  return event.has_message_queued() && (event.message_queued().template_() == "plan-ready" ||
                                        event.message_queued().template_() == "blocked");
}

bool Acts(const Rulebook& rulebook, const RequestState& state, const Event& event) {
  // Later ones follow up what was begun.
  if (event.has_notices_created() && !state.point_of_no_return()) {
    const auto& created = event.notices_created();
    return created.kind() != v1::NOTICE_KIND_RESUME_PROCESSING &&
           std::any_of(created.notices().begin(), created.notices().end(),
                       [](const auto& notice) { return notice.scope_version() == 1; });
  }
  if (event.has_tasks_created()) {
    const auto& created = event.tasks_created();
    const bool undoes = created.kind() == v1::TASK_KIND_LIFT_RESTRICTION;
    const bool asks = created.kind() == v1::TASK_KIND_RESOLVE_CONTACT;
    const bool ends_retention =
        !created.tasks().empty() &&
        std::all_of(created.tasks().begin(), created.tasks().end(),
                    [](const storage::v1::NewTask& task) { return task.retained_only(); });
    return !undoes && !asks && !ends_retention;
  }
  if (event.has_request_answered() &&
      rulebook.workflow.initiation() == v1::INITIATION_UNSPECIFIED) {
    const v1::Outcome outcome = event.request_answered().outcome();
    return outcome == v1::OUTCOME_FULFILLED || outcome == v1::OUTCOME_PARTLY_FULFILLED ||
           outcome == v1::OUTCOME_NOT_YET;
  }
  return event.has_grant_issued() || event.has_download_begun() || event.has_consent_changed() ||
         event.has_disclosure_recorded() || Tells(event);
}

bool ErasesWhatIsHeld(const Event& event, const Facts& facts) {
  if (facts.holds.empty()) return false;
  for (const storage::v1::NewTask& task : event.tasks_created().tasks()) {
    for (const v1::PlanItem& item : task.instructions()) {
      if (item.action() != v1::RETENTION_ACTION_RESTRICT) return true;
    }
  }
  return false;
}

bool ErasesWhatIsNeeded(const Situation& at) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  const absl::Time last_day = FromTimestamp(request.due_time()) - absl::Hours(24);
  const bool may_wait = !request.has_due_time() || at.now < last_day;
  const bool begins = !state.point_of_no_return() || request.type() == "account-cancellation";
  const bool is_retained = !state.retained().empty() || request.phase() == v1::PHASE_FOLLOW_UP;
  return (at.beside & (kReader | kOpponent)) != 0 && may_wait && begins && !is_retained;
}

bool Names(const google::protobuf::RepeatedPtrField<std::string>& categories,
           const std::set<std::string>& refused) {
  return std::any_of(categories.begin(), categories.end(),
                     [&](const std::string& one) { return refused.contains(one); });
}

// Does what a second person agreed to refuse, or says that it was done.
bool DoesWhatIsRefused(const Event& event, const v1::Request& request) {
  std::set<std::string> refused;
  for (const v1::PartialRefusal& one : request.partial_refusals())
    refused.insert(one.categories().begin(), one.categories().end());
  if (refused.empty()) return false;
  const auto& tasks = event.tasks_created().tasks();
  const auto& notices = event.notices_created().notices();
  return std::any_of(tasks.begin(), tasks.end(),
                     [&](const auto& task) { return Names(task.categories(), refused); }) ||
         std::any_of(notices.begin(), notices.end(),
                     [&](const auto& notice) { return Names(notice.categories(), refused); }) ||
         (event.has_request_answered() &&
          event.request_answered().outcome() == v1::OUTCOME_FULFILLED);
}

bool RefusesAlone(const Event& event, const v1::Request& request) {
  const v1::Refusal& refusal = request.refusal();
  // A rejection as well: whoever proposed it has no say in what becomes of it.
  if (event.has_refusal_decided()) {
    return refusal.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
           refusal.state() != v1::Refusal::STATE_PROPOSED || event.actor() == refusal.proposer() ||
           absl::StartsWith(event.actor(), "system:");
  }
  return event.has_request_answered() &&
         event.request_answered().outcome() == v1::OUTCOME_REFUSED &&
         (refusal.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
          refusal.state() != v1::Refusal::STATE_APPROVED ||
          refusal.proposer() == refusal.decider() || refusal.decider().empty());
}

// A reviewer of his own decision, or one who took part in what the complaint is about.
bool DecidesItsOwnMatter(const Event& event, const v1::Request& request, const Facts& facts) {
  if (event.has_decision_reviewed() && (event.actor() == request.review().decided_by() ||
                                        absl::StartsWith(event.actor(), "system:"))) {
    return true;
  }
  // That it is withdrawn, or was answered by another, nobody decides.
  const bool answers = event.has_request_answered() &&
                       event.request_answered().outcome() != v1::OUTCOME_WITHDRAWN &&
                       event.request_answered().outcome() != v1::OUTCOME_DUPLICATE;
  if (!answers && !event.has_decision_reviewed() && !event.has_refusal_decided()) return false;
  return std::any_of(facts.siblings.begin(), facts.siblings.end(), [&](const RequestState& first) {
    const auto& deciders = first.deciders();
    return first.request().name() == request.complaint().request() &&
           std::find(deciders.begin(), deciders.end(), event.actor()) != deciders.end();
  });
}

// Goes on, or is done, though not paid for; or ended as not paid though nothing is owed.
bool MistakesFee(const Event& event, const v1::Request& request) {
  const bool is_owed = request.fee().state() == v1::Fee::STATE_QUOTED ||
                       request.fee().state() == v1::Fee::STATE_ACCEPTED ||
                       request.fee().state() == v1::Fee::STATE_DECLINED;
  if (event.has_request_answered() &&
      event.request_answered().outcome() == v1::OUTCOME_FEE_NOT_PAID) {
    return !is_owed;
  }
  if (is_owed && event.has_request_answered() &&
      (event.request_answered().outcome() == v1::OUTCOME_FULFILLED ||
       event.request_answered().outcome() == v1::OUTCOME_PARTLY_FULFILLED)) {
    return true;
  }
  return is_owed && event.state_changed().trigger() == "fee_settled" && !request.has_response();
}

bool WithdrawsTooLate(const Event& event, const RequestState& state) {
  const bool withdraws =
      event.has_request_withdrawn() ||
      (event.has_request_answered() && event.request_answered().outcome() == v1::OUTCOME_WITHDRAWN);
  return withdraws && state.point_of_no_return();
}

bool WasToldAgain(const storage::v1::RequestRecord& record, const v1::Notice& objected) {
  return std::any_of(record.notices().begin(), record.notices().end(), [&](const auto& notice) {
    return notice.recipient() == objected.recipient() && notice.kind() == objected.kind() &&
           notice.scope_version() > objected.scope_version();
  });
}

// Whoever objected until a day has been told again, unless the data may be used after all.
bool LeavesRecipients(const storage::v1::RequestRecord& record) {
  const v1::Request& request = record.state().request();
  if (request.progress().notices_outstanding() > 0) return true;
  return std::any_of(record.notices().begin(), record.notices().end(),
                     [&](const v1::Notice& notice) {
                       const bool is_final =
                           notice.kind() == v1::NOTICE_KIND_DELETE && request.incidents().empty();
                       return is_final && notice.state() == v1::Notice::STATE_OBJECTED &&
                              notice.objection().has_until() && !WasToldAgain(record, notice);
                     });
}

// What the answer says is done is under way still. A contact point that is looked up when all is
// done changes nothing, until the end.
bool LeavesWork(const Situation& at) {
  const bool has_ended = at.record.state().request().phase() == v1::PHASE_CLOSED;
  const auto& tasks = at.record.tasks();
  return std::any_of(tasks.begin(), tasks.end(), [&](const v1::Task& task) {
    const bool is_open =
        task.state() == v1::Task::STATE_OPEN || task.state() == v1::Task::STATE_FAILED;
    const bool follows_up = task.retained_only() || task.kind() == v1::TASK_KIND_LIFT_RESTRICTION;
    return is_open && (has_ended || (!follows_up && task.kind() != v1::TASK_KIND_RESOLVE_CONTACT));
  });
}

}  // namespace

bool IsIdentified(const RequestState& state, const Rulebook& rulebook, absl::Time now) {
  v1::AssuranceLevel level = rulebook.workflow.least_level();
  for (const std::string& asked : state.request().categories()) {
    for (const v1::Category& category : rulebook.policy.categories()) {
      if (category.name() == asked) level = std::max(level, category.least_level());
    }
  }
  // Sessions and codes prove the subject.
  const bool is_subject = state.request().requester().relation() == v1::RELATION_SUBJECT;
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
    const bool is_by_account = proof.method() == v1::VERIFICATION_METHOD_ACCOUNT_SESSION ||
                               proof.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
    return Passed(proof, v1::VERIFICATION_PURPOSE_IDENTITY, now) && proof.level() >= level &&
           (is_subject || !is_by_account);
  });
}

std::set<std::string> BrokenBy(const Event& event, const Situation& before,
                               const Rulebook& rulebook, const Facts& facts) {
  const RequestState& state = before.record.state();
  const v1::Request& request = state.request();
  const bool erases =
      event.has_tasks_created() && event.tasks_created().kind() == v1::TASK_KIND_ERASE;
  std::set<std::string> broken;
  if (Acts(rulebook, state, event) && !IsVerified(before, rulebook)) broken.insert("I2");
  if (event.has_request_answered() && request.has_response()) broken.insert("I4");
  if (erases && ErasesWhatIsHeld(event, facts)) broken.insert("I9");
  if (erases && ErasesWhatIsNeeded(before)) broken.insert("I10");
  if (RefusesAlone(event, request) || DoesWhatIsRefused(event, request)) broken.insert("I11");
  if (DecidesItsOwnMatter(event, request, facts)) broken.insert("I12");
  if (WithdrawsTooLate(event, state)) broken.insert("I17");
  if (MistakesFee(event, request)) broken.insert("fee");
  return broken;
}

std::set<std::string> BrokenIn(const Situation& at) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  const bool has_requester = request.requester().relation() != v1::RELATION_COMPANY;
  const bool has_ended = request.phase() == v1::PHASE_CLOSED;
  const bool is_open = !has_ended && request.phase() != v1::PHASE_FOLLOW_UP;
  std::set<std::string> broken;
  if (has_requester && request.has_response() == is_open) broken.insert("I4");
  if (state.answered_late() && !request.breached()) broken.insert("I4");
  if (!is_open && LeavesWork(at)) broken.insert("I4");
  if (has_ended && LeavesRecipients(at.record)) broken.insert("I4");
  if (has_ended && !state.retained().empty()) broken.insert("I9");
  return broken;
}

}  // namespace dsr
