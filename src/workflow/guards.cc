#include "workflow/guards.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "workflow/children.h"
#include "workflow/machine.h"
#include "workflow/siblings.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

bool AllFieldsDecided(const v1::Request& request) {
  const auto& fields = request.correction().fields();
  return std::all_of(fields.begin(), fields.end(), [](const v1::FieldCorrection& field) {
    return field.decision() != v1::FIELD_DECISION_UNSPECIFIED;
  });
}

bool SomeFieldAccepted(const v1::Request& request) {
  const auto& fields = request.correction().fields();
  return std::any_of(fields.begin(), fields.end(), [](const v1::FieldCorrection& field) {
    return field.decision() == v1::FIELD_DECISION_ACCEPTED;
  });
}

bool AllFieldsSuperseded(const v1::Request& request) {
  const auto& fields = request.correction().fields();
  return !fields.empty() &&
         std::all_of(fields.begin(), fields.end(), [](const v1::FieldCorrection& field) {
           return field.decision() == v1::FIELD_DECISION_SUPERSEDED;
         });
}

bool IsBlocked(const v1::Request& request) {
  return std::any_of(request.blockers().begin(), request.blockers().end(),
                     [](const v1::Blocker& blocker) { return !blocker.resolved(); });
}

bool AllTasksDone(const RequestState& state, v1::TaskKind kind) {
  const storage::v1::TaskRound* round = FindRound(state, kind);
  return round != nullptr && round->unfinished() == 0;
}

bool TaskFailedForGood(const RequestState& state, v1::TaskKind kind) {
  const storage::v1::TaskRound* round = FindRound(state, kind);
  return round != nullptr && round->failed() > 0;
}

// One that is not among the facts is so old that it was answered long ago.
bool IsRemedyOpen(const Circumstances& at) {
  const std::string& name = at.request().review().remedy_request();
  const auto& siblings = at.facts().siblings;
  return !name.empty() &&
         std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
           return sibling.request().name() == name && IsUnanswered(sibling.request().phase());
         });
}

bool HasLapsed(const RequestState& first) {
  switch (first.request().response().outcome()) {
    case v1::OUTCOME_WITHDRAWN:
    case v1::OUTCOME_NOT_VERIFIED:
    case v1::OUTCOME_ROLE_ENDED:
      return true;
    default:
      return false;
  }
}

bool FirstAnswered(const Circumstances& at) {
  const RequestState* first = FindFirst(at);
  return first != nullptr && first->request().has_response() && !HasLapsed(*first);
}

// One that is not among the facts is so old that nothing will come of it.
bool FirstLapsed(const Circumstances& at) {
  if (at.request().duplicate_of().empty()) return false;
  const RequestState* first = FindFirst(at);
  return first == nullptr || HasLapsed(*first);
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A recipient keeps the data until a day, and is to be told again then (LAW.md case 20).
bool AwaitsObjectors(const RequestState& state) {
  return std::any_of(state.timers().begin(), state.timers().end(), [](const auto& timer) {
    return absl::StartsWith(timer.name(), kObjectionTimer);
  });
}

// A person who took no part in what the request is about: neither in the automated decision nor in
// the request complained about, until now.
bool IsIndependent(const Circumstances& at) {
  const std::string& name = at.actor().name;
  if (absl::StartsWith(name, "system:") || name == at.request().review().decided_by() ||
      Has(at.state.first_deciders(), name)) {
    return false;
  }
  const std::string& first = at.request().complaint().request();
  if (first.empty()) return true;
  const auto& siblings = at.facts().siblings;
  return std::none_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    return sibling.request().name() == first && Has(sibling.deciders(), name);
  });
}

bool HoldsPlainly(const v1::Guard& guard, const Circumstances& at) {
  const RequestState& state = at.state;
  const Actor& actor = at.actor();
  const v1::Request& request = state.request();
  switch (guard.kind()) {
    case v1::GUARD_KIND_VERIFIED:
      return IsProved(at, guard.level());
    case v1::GUARD_KIND_ALL_TASKS_DONE:
      return AllTasksDone(state, guard.task_kind());
    case v1::GUARD_KIND_TASK_FAILED:
      return TaskFailedForGood(state, guard.task_kind());
    case v1::GUARD_KIND_BLOCKED:
      return IsBlocked(request);
    case v1::GUARD_KIND_ALL_FIELDS_DECIDED:
      return AllFieldsDecided(request);
    case v1::GUARD_KIND_SOME_FIELD_ACCEPTED:
      return SomeFieldAccepted(request);
    case v1::GUARD_KIND_NOTICES_OUTSTANDING:
      return request.progress().notices_outstanding() > 0 || AwaitsObjectors(state);
    case v1::GUARD_KIND_DATA_RETAINED:
      return !state.retained().empty();
    case v1::GUARD_KIND_SECOND_PERSON:
      return IsIndependent(at) && actor.name != request.refusal().proposer();
    case v1::GUARD_KIND_REVIEWER_INDEPENDENT:
      return IsIndependent(at);
    case v1::GUARD_KIND_DECISION_CHANGED:
      return request.review().outcome() == v1::REVIEW_OUTCOME_CHANGED ||
             request.review().outcome() == v1::REVIEW_OUTCOME_OVERTURNED;
    case v1::GUARD_KIND_DECISION_FOUND:
      return state.decision_found();
    case v1::GUARD_KIND_ACCOUNT_KNOWN:
      return state.account_known();
    case v1::GUARD_KIND_ANSWERED:
      return request.response().outcome() != v1::OUTCOME_UNSPECIFIED;
    case v1::GUARD_KIND_DATA_NEEDED:
      return IsDataNeeded(at);
    case v1::GUARD_KIND_CONFLICTED:
      return !Conflicts(at).empty();
    case v1::GUARD_KIND_FIRST_ANSWERED:
      return FirstAnswered(at);
    case v1::GUARD_KIND_FIRST_LAPSED:
      return FirstLapsed(at);
    case v1::GUARD_KIND_FEE_OPEN:
      return request.fee().state() == v1::Fee::STATE_QUOTED ||
             request.fee().state() == v1::Fee::STATE_ACCEPTED;
    case v1::GUARD_KIND_FEE_DECLINED:
      return request.fee().state() == v1::Fee::STATE_DECLINED;
    case v1::GUARD_KIND_REFUSAL_PARTIAL:
      return !request.refusal().categories().empty();
    case v1::GUARD_KIND_ROLE_ENDED:
      return HasEndedRole(at);
    case v1::GUARD_KIND_APPROVED_BY_TWO:
      return request.approvers_size() >= 2;
    case v1::GUARD_KIND_SUBJECT_TOLD:
      return state.subject_told() || !request.announcement().empty();
    case v1::GUARD_KIND_POINT_OF_NO_RETURN:
      return state.point_of_no_return();
    case v1::GUARD_KIND_ALL_FIELDS_SUPERSEDED:
      return AllFieldsSuperseded(request);
    case v1::GUARD_KIND_PACKAGE_TAKEN:
      return request.package().state() == v1::Package::STATE_DOWNLOADING ||
             request.package().state() == v1::Package::STATE_DOWNLOADED;
    case v1::GUARD_KIND_REMEDY_OPEN:
      return IsRemedyOpen(at);
    case v1::GUARD_KIND_UNSPECIFIED:
    case v1::GuardKind_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::GuardKind_INT_MAX_SENTINEL_DO_NOT_USE_:
      return false;
  }
  return false;
}

}  // namespace

bool Holds(const v1::Guard& guard, const Circumstances& at) {
  // A guard that this program does not know never holds, negated or not: fail closed.
  if (guard.kind() == v1::GUARD_KIND_UNSPECIFIED || !v1::GuardKind_IsValid(guard.kind()))
    return false;
  return HoldsPlainly(guard, at) != guard.not_();
}

absl::Status Explain(const v1::Guard& guard, const Circumstances& at, absl::string_view action) {
  const v1::Request& request = at.request();
  const auto because = [&](absl::string_view why) {
    return ActionNotAllowed(request, action, why);
  };
  switch (guard.kind()) {
    case v1::GUARD_KIND_VERIFIED:
      return NotProved(at, guard.level());
    case v1::GUARD_KIND_SECOND_PERSON:
    case v1::GUARD_KIND_REVIEWER_INDEPENDENT:
      return SecondPersonNeeded(action);
    case v1::GUARD_KIND_ALL_FIELDS_DECIDED:
      return because("decide every field first with DecideField");
    case v1::GUARD_KIND_SOME_FIELD_ACCEPTED:
      return because("no field is accepted; refuse the request instead with ProposeRefusal");
    case v1::GUARD_KIND_BLOCKED:
      return because(guard.not_() ? "a blocker is unresolved" : "nothing blocks it");
    case v1::GUARD_KIND_ALL_TASKS_DONE:
      return because("data systems have not finished their tasks");
    case v1::GUARD_KIND_DECISION_FOUND:
      return because("the deciding system has no such decision about this subject");
    case v1::GUARD_KIND_FEE_OPEN:
      return because("the fee is neither paid nor waived");
    case v1::GUARD_KIND_NOTICES_OUTSTANDING:
      return because(
          "recipients have not answered all notices, or keep the data until a day to come");
    default:
      return because("a condition of its workflow does not hold");
  }
}

}  // namespace dsr
