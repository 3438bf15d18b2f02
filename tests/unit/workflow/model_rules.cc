#include "unit/workflow/model_rules.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "dsr/base/proto_time.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestState;

bool Counts(const v1::Verification& proof, v1::VerificationPurpose purpose, absl::Time now,
            bool outlives_its_end) {
  return proof.purpose() == purpose && proof.state() == v1::Verification::STATE_PASSED &&
         (outlives_its_end || now < FromTimestamp(proof.expire_time()));
}

// Nobody's authority outlives a court order against it.
bool IsOpposed(const RequestState& state) {
  for (const v1::Verification& proof : state.verifications()) {
    for (const v1::Evidence& evidence : proof.evidence()) {
      if (evidence.kind() == v1::EVIDENCE_KIND_COURT_ORDER_AGAINST && evidence.accepted())
        return true;
    }
  }
  return false;
}

bool HasAuthority(const Situation& at) {
  const RequestState& state = at.record.state();
  const auto& proofs = state.verifications();
  return !IsOpposed(state) &&
         std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
           return Counts(proof, v1::VERIFICATION_PURPOSE_REPRESENTATION, at.now,
                         /*outlives_its_end=*/state.point_of_no_return());
         });
}

// Identity at the type's level; whoever is not the subject, or is a child, its authority as well;
// after the subject's death only its relatives.
bool MayAct(const Situation& at, const v1::Workflow& workflow) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  if (workflow.initiation() == v1::INITIATION_UNVERIFIED) return true;
  if (workflow.initiation() == v1::INITIATION_COMPANY) {
    const std::set<std::string> approvers(request.approvers().begin(), request.approvers().end());
    return approvers.size() >= 2 && !approvers.contains(request.filed_by());
  }
  const auto& proofs = state.verifications();
  const bool is_identified =
      std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
        return Counts(proof, v1::VERIFICATION_PURPOSE_IDENTITY, at.now, false) &&
               proof.level() >= workflow.least_level();
      });
  const v1::Relation relation = request.requester().relation();
  const bool represents =
      relation != v1::RELATION_SUBJECT || request.subject_status().has_child_until();
  const bool has_died = (at.beside & kDeath) != 0 && !state.point_of_no_return();
  return is_identified && (!represents || HasAuthority(at)) &&
         (!has_died || relation == v1::RELATION_CLOSE_RELATIVE);
}

// Discloses, changes, erases or tells recipients.
bool Acts(const Event& event, const RequestState& state, const v1::Workflow& workflow) {
  switch (event.payload_case()) {
    case Event::kTasksCreated: {
      const auto& created = event.tasks_created();
      // Lifting undoes what was asked for; looking up the contact point discloses nothing.
      if (created.kind() == v1::TASK_KIND_LIFT_RESTRICTION ||
          created.kind() == v1::TASK_KIND_RESOLVE_CONTACT) {
        return false;
      }
      // What was restricted is erased when its term ends, years after anybody was verified.
      return !std::all_of(created.tasks().begin(), created.tasks().end(),
                          [](const storage::v1::NewTask& task) { return task.retained_only(); });
    }
    case Event::kNoticesCreated:
      // Recipients of later disclosures are told as an erasure goes on that was verified before.
      return event.notices_created().kind() != v1::NOTICE_KIND_RESUME_PROCESSING &&
             !state.point_of_no_return();
    case Event::kRequestAnswered: {
      const v1::Outcome outcome = event.request_answered().outcome();
      return workflow.initiation() == v1::INITIATION_UNSPECIFIED &&
             (outcome == v1::OUTCOME_FULFILLED || outcome == v1::OUTCOME_PARTLY_FULFILLED);
    }
    case Event::kGrantIssued:
    case Event::kDownloadBegun:
    case Event::kConsentChanged:
    case Event::kDisclosureRecorded:
      return true;
    default:
      return false;
  }
}

bool Erases(const Event& event) {
  return event.has_tasks_created() && event.tasks_created().kind() == v1::TASK_KIND_ERASE;
}

bool ErasesWhatIsHeld(const Event& event, const Facts& facts) {
  if (!Erases(event) || facts.holds.empty()) return false;
  for (const storage::v1::NewTask& task : event.tasks_created().tasks()) {
    for (const v1::PlanItem& item : task.instructions()) {
      if (item.action() != v1::RETENTION_ACTION_RESTRICT) return true;
    }
  }
  return false;
}

bool ErasesWhatIsNeeded(const Event& event, const Situation& at) {
  if (!Erases(event) || (at.beside & (kReader | kOpponent)) == 0) return false;
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  // Waiting ends with the day before the last one.
  const absl::Time last_day = FromTimestamp(request.due_time()) - absl::Hours(24);
  const bool may_wait = !request.has_due_time() || at.now < last_day;
  // Closing an account is the point of no return, and comes before its erasure.
  const bool begins = !state.point_of_no_return() || request.type() == "account-cancellation";
  const bool is_retained = !state.retained().empty() || request.phase() == v1::PHASE_FOLLOW_UP;
  return may_wait && begins && !is_retained;
}

bool IsPerson(const std::string& actor) { return !absl::StartsWith(actor, "system:"); }

bool RefusesAlone(const Event& event, const v1::Request& request) {
  const v1::Refusal& refusal = request.refusal();
  if (event.has_refusal_decided() && event.refusal_decided().approved()) {
    return refusal.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
           refusal.state() != v1::Refusal::STATE_PROPOSED || event.actor() == refusal.proposer() ||
           !IsPerson(event.actor());
  }
  return event.has_request_answered() &&
         event.request_answered().outcome() == v1::OUTCOME_REFUSED &&
         (refusal.state() != v1::Refusal::STATE_APPROVED ||
          refusal.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
          refusal.proposer() == refusal.decider());
}

bool DecidesItsOwnMatter(const Event& event, const RequestState& state) {
  if (event.has_decision_reviewed() &&
      (event.actor() == state.request().review().decided_by() || !IsPerson(event.actor()))) {
    return true;
  }
  const auto& first = state.first_deciders();
  if (std::find(first.begin(), first.end(), event.actor()) == first.end()) return false;
  if (event.has_decision_reviewed()) return true;
  if (event.has_refusal_decided()) return event.refusal_decided().approved();
  return event.has_request_answered() &&
         event.request_answered().outcome() != v1::OUTCOME_WITHDRAWN;
}

bool WithdrawsTooLate(const Event& event, const RequestState& state) {
  const bool withdraws =
      event.has_request_withdrawn() ||
      (event.has_request_answered() && event.request_answered().outcome() == v1::OUTCOME_WITHDRAWN);
  return withdraws && state.point_of_no_return();
}

bool AnswersWrongly(const Event& event, const Situation& at) {
  if (!event.has_request_answered()) return false;
  const v1::Request& request = at.record.state().request();
  const bool late = at.now >= FromTimestamp(request.due_time());
  return request.has_response() || request.breached() != late;
}

}  // namespace

std::set<std::string> BrokenBy(const Event& event, const Situation& before,
                               const Rulebook& rulebook, const Facts& facts) {
  const RequestState& state = before.record.state();
  std::set<std::string> broken;
  if (Acts(event, state, rulebook.workflow) && !MayAct(before, rulebook.workflow))
    broken.insert("I2");
  if (AnswersWrongly(event, before)) broken.insert("I4");
  if (ErasesWhatIsHeld(event, facts)) broken.insert("I9");
  if (ErasesWhatIsNeeded(event, before)) broken.insert("I10");
  if (RefusesAlone(event, state.request())) broken.insert("I11");
  if (DecidesItsOwnMatter(event, state)) broken.insert("I12");
  if (WithdrawsTooLate(event, state)) broken.insert("I17");
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
  if (has_ended && request.progress().notices_outstanding() > 0) broken.insert("I4");
  if (has_ended && !state.retained().empty()) broken.insert("I9");
  return broken;
}

}  // namespace dsr
