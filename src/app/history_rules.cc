#include "app/history_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;

bool IsAnswered(const v1::Request& request) {
  return request.response().outcome() != v1::OUTCOME_UNSPECIFIED;
}

bool IsOfCompany(const RequestState& state) {
  return state.request().requester().relation() == v1::RELATION_COMPANY;
}

bool HasPassed(const RequestState& state, bool is_representation, v1::AssuranceLevel least,
               absl::Time now) {
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
    const bool is_such =
        (proof.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION) == is_representation;
    return is_such && proof.state() == v1::Verification::STATE_PASSED && proof.level() >= least &&
           ((is_representation && state.point_of_no_return()) ||
            now < FromTimestamp(proof.expire_time()));
  });
}

// Once something was done that must be ended, a proof that has only grown old since is enough.
bool HasBegun(const RequestState& state) {
  if (state.point_of_no_return()) return true;
  const auto& rounds = state.rounds();
  return state.request().phase() == v1::PHASE_WORK &&
         std::any_of(rounds.begin(), rounds.end(), [](const storage::v1::TaskRound& round) {
           return round.kind() == v1::TASK_KIND_CORRECT || round.kind() == v1::TASK_KIND_RESTRICT ||
                  round.kind() == v1::TASK_KIND_STOP_PROCESSING ||
                  round.kind() == v1::TASK_KIND_APPLY_REMEDY;
         });
}

bool IsVerified(const RequestState& state, v1::AssuranceLevel least, absl::Time time) {
  // Where the company acts on its own motion two persons stand in for verification.
  if (IsOfCompany(state)) return state.request().approvers_size() >= 2;
  const absl::Time now = HasBegun(state) ? absl::InfinitePast() : time;
  if (!HasPassed(state, /*is_representation=*/false, least, now)) return false;
  return state.request().requester().relation() == v1::RELATION_SUBJECT ||
         HasPassed(state, /*is_representation=*/true, v1::ASSURANCE_LEVEL_UNSPECIFIED, now);
}

bool DisclosesOrChanges(const Event& event) {
  switch (event.payload_case()) {
    case Event::kTasksCreated: {
      const v1::TaskKind kind = event.tasks_created().kind();
      // Lifting protects the subject less, but only what it asked to be protected, and it was told.
      if (kind == v1::TASK_KIND_RESOLVE_CONTACT || kind == v1::TASK_KIND_LIFT_RESTRICTION) {
        return false;
      }
      // What a law kept is erased when its term ends.
      const auto& tasks = event.tasks_created().tasks();
      return tasks.empty() ||
             !std::all_of(tasks.begin(), tasks.end(),
                          [](const storage::v1::NewTask& task) { return task.retained_only(); });
    }
    case Event::kGrantIssued:
    case Event::kDownloadBegun:
      return true;
    case Event::kRequestAnswered:
      return event.request_answered().outcome() == v1::OUTCOME_FULFILLED ||
             event.request_answered().outcome() == v1::OUTCOME_PARTLY_FULFILLED;
    default:
      return false;
  }
}

void CheckVerified(const Rulebook& rulebook, const RequestRecord& before, const Event& event,
                   RequestFindings& findings) {
  const v1::AssuranceLevel least = rulebook.workflow.least_level();
  const absl::Time time = FromTimestamp(event.time());
  const bool needs_none = rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED;
  if (DisclosesOrChanges(event) && !needs_none) {
    findings.Expect(IsVerified(before.state(), least, time), 2,
                    "something is disclosed or changed without verification");
  }
  if (event.has_notices_created()) {
    // Recipients of later disclosures are told as the erasure goes on, which was verified when it
    // began; that processing goes on is told whoever asks.
    findings.Expect(IsVerified(before.state(), least, time) ||
                        before.state().point_of_no_return() ||
                        event.notices_created().kind() == v1::NOTICE_KIND_RESUME_PROCESSING,
                    2, "recipients are told without verification");
  }
}

void CheckEdge(const Rulebook& rulebook, const RequestRecord& before, const Event& event,
               RequestFindings& findings) {
  if (!event.has_state_changed()) return;
  const storage::v1::StateChanged& changed = event.state_changed();
  findings.Expect(changed.from() == before.state().request().state(), 6,
                  "the request was not in the state that it leaves");
  const auto& transitions = rulebook.workflow.transitions();
  const bool has_edge = std::any_of(transitions.begin(), transitions.end(), [&](const auto& rule) {
    return rule.to() == changed.to() &&
           (rule.from_unanswered() ||
            std::find(rule.from().begin(), rule.from().end(), changed.from()) != rule.from().end());
  });
  findings.Expect(
      has_edge, 6,
      absl::StrCat("its workflow does not lead from ", changed.from(), " to ", changed.to()));
}

void CheckAnswer(const RequestRecord& before, const Event& event, RequestFindings& findings) {
  const v1::Request& request = before.state().request();
  if (event.has_request_withdrawn()) {
    findings.Expect(!before.state().point_of_no_return() && !IsAnswered(request), 17,
                    "it is withdrawn after the point of no return, or its answer");
  }
  if (event.has_request_answered()) {
    findings.Expect(!IsAnswered(request), 4, "it is answered twice");
    const bool is_late = !IsOfCompany(before.state()) &&
                         FromTimestamp(event.time()) >= FromTimestamp(request.due_time());
    findings.Expect(event.request_answered().late() == is_late, 4,
                    "whether its answer is late is not as the due date says");
    findings.Expect(request.breached() || !is_late, 4, "its late answer is no breach");
  }
  if (event.has_request_breached()) {
    findings.Expect(!request.breached(), 4, "it is breached twice");
    findings.Expect(FromTimestamp(event.time()) >= FromTimestamp(request.due_time()), 16,
                    "it is breached before it was due");
  }
}

void CheckNewNotices(const RequestRecord& before, const Event& event, RequestFindings& findings) {
  if (!event.has_notices_created()) return;
  std::set<std::tuple<std::string, int, int>> scopes;
  for (const v1::Notice& notice : before.notices()) {
    scopes.emplace(notice.recipient(), notice.kind(), notice.scope_version());
  }
  for (const storage::v1::NewNotice& notice : event.notices_created().notices()) {
    const bool is_new =
        scopes.emplace(notice.recipient(), event.notices_created().kind(), notice.scope_version())
            .second;
    findings.Expect(is_new, 5, absl::StrCat(notice.recipient(), " is told twice of one scope"));
    findings.Expect(notice.categories_size() > 0, 5,
                    absl::StrCat(notice.recipient(), " is told of no category"));
  }
}

template <class Children>
const typename Children::value_type* FindById(const Children& children, absl::string_view bytes) {
  const absl::StatusOr<Id128> id = Id128::FromBytes(bytes);
  if (!id.ok()) return nullptr;
  const std::string text = id->ToString();
  const auto found = std::find_if(children.begin(), children.end(), [&](const auto& child) {
    return LastSegment(child.name()) == text;
  });
  return found == children.end() ? nullptr : &*found;
}

void CheckEndings(const RequestRecord& before, const Event& event, RequestFindings& findings) {
  if (event.has_task_completed()) {
    const v1::Task* task = FindById(before.tasks(), event.task_completed().task_id());
    findings.Expect(task != nullptr && (task->state() == v1::Task::STATE_OPEN ||
                                        task->state() == v1::Task::STATE_FAILED),
                    8, "a task is completed that has ended, or that it does not have");
  }
  if (event.has_notice_completed()) {
    const v1::Notice* notice = FindById(before.notices(), event.notice_completed().notice_id());
    findings.Expect(notice != nullptr && notice->state() != v1::Notice::STATE_COMPLETED, 8,
                    "a notice is completed twice, or one that it does not have");
  }
}

// The day is the hold's last; a day of room for any time zone.
bool IsOver(const v1::Hold& hold, absl::Time time) {
  if (hold.has_lift_time() && FromTimestamp(hold.lift_time()) <= time) return true;
  if (!hold.has_until()) return false;
  const absl::CivilDay until(hold.until().year(), hold.until().month(), hold.until().day());
  return absl::FromCivil(until - 1, absl::UTCTimeZone()) <= time;
}

void CheckHolds(const Event& event, const std::vector<v1::Hold>& holds, RequestFindings& findings) {
  if (event.tasks_created().kind() != v1::TASK_KIND_ERASE) return;
  const absl::Time time = FromTimestamp(event.time());
  for (const storage::v1::NewTask& task : event.tasks_created().tasks()) {
    for (const v1::PlanItem& item : task.instructions()) {
      for (const v1::Hold& hold : holds) {
        const bool is_live = FromTimestamp(hold.create_time()) < time && !IsOver(hold, time) &&
                             std::find(hold.categories().begin(), hold.categories().end(),
                                       item.category()) != hold.categories().end();
        if (!is_live) continue;
        findings.Expect(item.action() != v1::RETENTION_ACTION_ERASE || item.holds_size() > 0, 9,
                        absl::StrCat(item.category(), " is erased while it is held"));
      }
    }
  }
}

// The second person is one, and a person.
void CheckSecondPerson(const std::string& proposer, const std::string& decider,
                       v1::RefusalGround ground, RequestFindings& findings) {
  findings.Expect(ground != v1::REFUSAL_GROUND_UNSPECIFIED, 11, "it is refused without a ground");
  findings.Expect(!decider.empty() && proposer != decider && !absl::StartsWith(decider, "system:"),
                  11, "its refusal was not approved by a second person");
}

void CheckPersons(const RequestRecord& before, const Event& event, RequestFindings& findings) {
  const v1::Request& request = before.state().request();
  if (event.has_refusal_decided() && event.refusal_decided().approved()) {
    CheckSecondPerson(request.refusal().proposer(), event.actor(), request.refusal().ground(),
                      findings);
  }
  if (event.has_request_answered() && event.request_answered().outcome() == v1::OUTCOME_REFUSED) {
    findings.Expect(request.refusal().state() == v1::Refusal::STATE_APPROVED, 11,
                    "it is refused without an approved refusal");
  }
  if (!event.has_decision_reviewed()) return;
  const auto& first = before.state().first_deciders();
  findings.Expect(
      std::find(first.begin(), first.end(), event.actor()) == first.end() &&
          (request.review().decided_by().empty() || request.review().decided_by() != event.actor()),
      12, "whoever reviews it took part in the first decision");
}

}  // namespace

void CheckHistory(const Rulebook& rulebook, const RequestRecord& before, const Event& event,
                  const std::vector<v1::Hold>& holds, RequestFindings& findings) {
  CheckVerified(rulebook, before, event, findings);
  CheckEdge(rulebook, before, event, findings);
  CheckAnswer(before, event, findings);
  CheckNewNotices(before, event, findings);
  CheckEndings(before, event, findings);
  CheckHolds(event, holds, findings);
  CheckPersons(before, event, findings);
}

}  // namespace dsr
