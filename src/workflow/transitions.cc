#include "workflow/transitions.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/record_ends.h"
#include "workflow/deadline_moves.h"
#include "workflow/documents.h"
#include "workflow/effects.h"
#include "workflow/guards.h"
#include "workflow/machine.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

constexpr int kMostSettlingSteps = 16;
constexpr char kIntakeRole[] = "intake";
constexpr char kChildrensRole[] = "children_privacy";

// Guards whose answer the action itself brings; they cannot be asked before it.
bool DependsOnAction(const v1::Guard& guard) {
  return guard.kind() == v1::GUARD_KIND_DECISION_CHANGED ||
         guard.kind() == v1::GUARD_KIND_FEE_OPEN || guard.kind() == v1::GUARD_KIND_FEE_DECLINED ||
         guard.kind() == v1::GUARD_KIND_APPROVED_BY_TWO;
}

// Whoever takes requests in for a minor sees no more than others do; who works on them must be of
// the children's-privacy role (PRODUCT.md, "Who may ask").
bool RoleMatches(const v1::Transition& transition, const Circumstances& at) {
  const bool needs_childrens_role = IsMinor(at);
  return std::any_of(
      transition.roles().begin(), transition.roles().end(), [&](const std::string& role) {
        return at.actor().HasRole(role) &&
               (!needs_childrens_role || role == kIntakeRole || at.actor().HasRole(kChildrensRole));
      });
}

// Where a person may set off `trigger`, for people.
std::string StatesFor(const v1::Workflow& workflow, v1::Trigger trigger) {
  std::set<std::string> states;
  for (const v1::Transition& transition : workflow.transitions()) {
    if (transition.trigger() == trigger)
      states.insert(transition.from().begin(), transition.from().end());
  }
  return states.empty() ? "no request of this type has it"
                        : absl::StrCat("it is in ", absl::StrJoin(states, ", "));
}

std::string TriggerWord(const v1::Transition& transition) {
  if (transition.trigger() == v1::TRIGGER_TIMER) return transition.timer();
  return absl::AsciiStrToLower(ShortName(transition.trigger()));
}

// Whoever must prove himself again needs the contact point: its lookup may have been taken back
// with the other tasks.
void LookUpAgain(Deciding& deciding) {
  const auto& tasks = deciding.record().tasks();
  const bool is_looked_up =
      deciding.state().account_resolved() ||
      std::any_of(tasks.begin(), tasks.end(), [](const v1::Task& task) {
        return task.kind() == v1::TASK_KIND_RESOLVE_CONTACT && task.state() == v1::Task::STATE_OPEN;
      });
  if (!is_looked_up) CreateTasks(deciding, v1::TASK_KIND_RESOLVE_CONTACT);
}

// Until when it is kept, by the policy it was filed under, where that says it.
void SetRecordEnds(const Deciding& deciding, storage::v1::StateChanged& changed) {
  const Rulebook& rulebook = deciding.rulebook();
  if (!rulebook.policy.has_records()) return;
  const RecordEnds ends = RecordEndsOf(rulebook.policy.records(), deciding.now(), rulebook.zone);
  *changed.mutable_content_end_time() = ToTimestamp(ends.content);
  *changed.mutable_record_end_time() = ToTimestamp(ends.record);
}

void Enter(Deciding& deciding, const v1::Transition& transition) {
  const v1::State* to = deciding.rulebook().FindState(transition.to());
  if (to == nullptr) return;  // the checker refuses such a workflow
  storage::v1::Event event;
  storage::v1::StateChanged& changed = *event.mutable_state_changed();
  changed.set_from(deciding.request().state());
  changed.set_to(to->name());
  changed.set_phase(to->phase());
  changed.set_trigger(TriggerWord(transition));
  for (const v1::TimerRule& rule : to->timers()) {
    *changed.add_timers() =
        BeginTimer(deciding, rule, deciding.now(), DueTimesOf(deciding.request()),
                   /*state_scoped=*/true);
  }
  if (to->phase() == v1::PHASE_CLOSED) SetRecordEnds(deciding, changed);
  const std::string left = deciding.request().state();
  deciding.Emit(std::move(event));
  KeepPause(deciding, left);
  if (to->phase() == v1::PHASE_VERIFICATION) LookUpAgain(deciding);
  if (to->phase() == v1::PHASE_CLOSED) PurgeDocuments(deciding);
  // The state that was left may have let the timer pass unused.
  if (to->phase() != v1::PHASE_CLOSED && !deciding.state().retained().empty())
    KeepRetentionTimer(deciding);
}

// A contact point that nobody needs any more is not looked up.
void CancelLookup(Deciding& deciding, const v1::Transition& transition) {
  const v1::State* to = deciding.rulebook().FindState(transition.to());
  if (to != nullptr && to->phase() == v1::PHASE_CLOSED) CancelLookups(deciding);
}

void Take(Deciding& deciding, const v1::Transition& transition) {
  // Effects first: what they make belongs to the state that is left, and an end comes last.
  for (const v1::Effect& effect : transition.effects()) RunEffect(deciding, effect);
  CancelLookup(deciding, transition);
  if (!transition.to().empty() && transition.to() != deciding.request().state())
    Enter(deciding, transition);
}

}  // namespace

absl::Time TimeToAct(const Deciding& deciding) {
  const absl::Time due = FromTimestamp(deciding.request().due_time());
  if (deciding.now() < due) return due;
  const absl::TimeZone zone = deciding.rulebook().zone;
  return EndOfDay(DayOf(deciding.now(), zone) + deciding.rulebook().policy.response_days(), zone);
}

storage::v1::TimerSet BeginTimer(const Deciding& deciding, const v1::TimerRule& rule,
                                 absl::Time start, const DueTimes& times, bool state_scoped) {
  storage::v1::TimerSet timer;
  timer.set_name(rule.name());
  // What is overdue already, by a late filing or by an event of today, cannot end before its day:
  // the requester gets as long as others to do his part.
  const bool is_overdue = state_scoped && times.due <= deciding.now();
  const absl::Time in_time = is_overdue ? TimeToAct(deciding) : times.due;
  *timer.mutable_due_time() = ToTimestamp(
      TimerDue(deciding.rulebook(), rule, start, is_overdue ? DueTimes{in_time, in_time} : times));
  timer.set_state_scoped(state_scoped);
  timer.set_ends_at_response(!state_scoped);
  return timer;
}

bool LeavesFrom(const v1::Transition& transition, const v1::Request& request) {
  if (transition.from_unanswered()) return IsUnanswered(request.phase());
  return std::find(transition.from().begin(), transition.from().end(), request.state()) !=
         transition.from().end();
}

absl::Status CheckAction(const Circumstances& at, v1::Trigger trigger, absl::string_view action) {
  const v1::Request& request = at.request();
  if (request.phase() == v1::PHASE_CLOSED) return AlreadyEnded(request.name());
  if (trigger == v1::TRIGGER_WITHDRAWN && at.state.point_of_no_return())
    return PointOfNoReturn(request);
  std::optional<absl::Status> first_reason;
  bool any_here = false;
  for (const v1::Transition& transition : at.rulebook.workflow.transitions()) {
    if (transition.trigger() != trigger || !LeavesFrom(transition, request)) continue;
    any_here = true;
    if (!RoleMatches(transition, at)) continue;
    const auto broken = std::find_if(
        transition.guards().begin(), transition.guards().end(),
        [&](const v1::Guard& guard) { return !DependsOnAction(guard) && !Holds(guard, at); });
    if (broken == transition.guards().end()) return absl::OkStatus();
    if (!first_reason) first_reason = Explain(*broken, at, action);
  }
  // What is being carried out and knows no way back.
  if (!any_here && trigger == v1::TRIGGER_WITHDRAWN && request.phase() == v1::PHASE_WORK)
    return PointOfNoReturn(request);
  if (!any_here) return ActionNotAllowed(request, action, StatesFor(at.rulebook.workflow, trigger));
  if (first_reason) return *first_reason;
  return IsMinor(at) ? ChildrensRoleMissing(action) : RoleMissing(action);
}

bool TakeTransition(Deciding& deciding, v1::Trigger trigger, absl::string_view timer) {
  for (const v1::Transition& transition : deciding.rulebook().workflow.transitions()) {
    if (transition.trigger() != trigger || !LeavesFrom(transition, deciding.request())) continue;
    if (trigger == v1::TRIGGER_TIMER && absl::string_view(transition.timer()) != timer) continue;
    if (!transition.roles().empty() && !RoleMatches(transition, deciding.circumstances())) continue;
    const bool all_hold =
        std::all_of(transition.guards().begin(), transition.guards().end(),
                    [&](const v1::Guard& guard) { return Holds(guard, deciding.circumstances()); });
    if (!all_hold) continue;
    Take(deciding, transition);
    return true;
  }
  return false;
}

void Settle(Deciding& deciding) {
  for (int step = 0; step < kMostSettlingSteps; ++step) {
    if (!TakeTransition(deciding, v1::TRIGGER_FACTS_CHANGED)) return;
  }
}

}  // namespace dsr
