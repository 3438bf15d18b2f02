#include "absl/strings/str_cat.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

constexpr absl::string_view kDeadline = "deadline";

bool Responds(const v1::Transition& rule) { return HasEffect(rule, v1::EFFECT_KIND_RESPOND); }

std::string InState(const Machine& machine, int state) {
  return absl::StrCat("workflow `", machine.workflow().name(), "`: state `",
                      machine.state(state).name(), "`");
}

int CountResponses(const v1::Transition& rule) {
  int count = 0;
  for (const v1::Effect& effect : rule.effects()) {
    if (effect.kind() == v1::EFFECT_KIND_RESPOND) ++count;
  }
  return count;
}

// Where a request can be that nobody answered yet must be open; where one can be that was answered
// must not.
void CheckResponses(const Machine& machine, std::vector<Finding>* findings) {
  const auto silent = [&machine](const Edge& edge) {
    return !Responds(machine.transition(edge.transition));
  };
  const std::vector<bool> unanswered = machine.ReachFromFirst(silent);
  const std::vector<bool> anywhere = machine.ReachFromFirst([](const Edge&) { return true; });
  std::vector<bool> answered(machine.state_count(), false);
  for (const Edge& edge : machine.edges()) {
    if (anywhere[edge.from] && !silent(edge)) answered[edge.to] = true;
  }
  answered = machine.Reach(answered, [](const Edge&) { return true; });

  for (int i = 0; i < machine.state_count(); ++i) {
    const v1::State& state = machine.state(i);
    const Place& place = machine.source().states[i];
    if (unanswered[i] && state.end()) {
      AddFinding(
          place,
          absl::StrCat(InState(machine, i), " is an end that can be reached without a response"),
          findings);
    } else if (unanswered[i] && !IsUnanswered(state.phase())) {
      AddFinding(place.Of("phase"),
                 absl::StrCat(InState(machine, i), " has the phase ", ShortName(state.phase()),
                              " but can be reached without a response"),
                 findings);
    }
    if (answered[i] && IsUnanswered(state.phase())) {
      AddFinding(place.Of("phase"),
                 absl::StrCat(InState(machine, i),
                              " can be reached after a response, so its phase must be FOLLOW_UP"),
                 findings);
    }
  }
  for (const Edge& edge : machine.edges()) {
    if (!answered[edge.from] || silent(edge)) continue;
    AddFinding(machine.source().transitions[edge.transition],
               absl::StrCat(InState(machine, edge.from),
                            " is already answered; no second RESPOND may follow"),
               findings);
  }
  for (int t = 0; t < machine.workflow().transitions_size(); ++t) {
    if (CountResponses(machine.transition(t)) < 2) continue;
    AddFinding(machine.source().transitions[t], "the transition has two RESPOND effects", findings);
  }
}

bool IsZero(const v1::Offset& offset) {
  switch (offset.length_case()) {
    case v1::Offset::kCivilDays:
      return offset.civil_days() == 0;
    case v1::Offset::kWorkingDays:
      return offset.working_days() == 0;
    case v1::Offset::kMonths:
      return offset.months() == 0;
    case v1::Offset::kSeconds:
      return offset.seconds() == 0;
    case v1::Offset::LENGTH_NOT_SET:
      break;
  }
  return false;
}

void CheckDeadlineTimer(const Machine& machine, std::vector<Finding>* findings) {
  for (int i = 0; i < machine.workflow().request_timers_size(); ++i) {
    const v1::TimerRule& timer = machine.workflow().request_timers(i);
    if (timer.name() != kDeadline) continue;
    if (timer.anchor() == v1::TimerRule::ANCHOR_BEFORE_DUE && IsZero(timer.offset())) return;
    AddFinding(
        machine.source().request_timers[i],
        "the timer `deadline` must fire at the due time itself: anchor ANCHOR_BEFORE_DUE, offset 0",
        findings);
    return;
  }
  AddFinding(machine.source().root,
             "the workflow has no request timer `deadline`, so a breach would go unnoticed",
             findings);
}

void CheckDeadlineTransitions(const Machine& machine, std::vector<Finding>* findings) {
  for (int i = 0; i < machine.state_count(); ++i) {
    if (!IsUnanswered(machine.state(i).phase())) continue;
    bool always = false;
    for (const Edge& edge : machine.Leaving(i)) {
      const v1::Transition& rule = machine.transition(edge.transition);
      if (rule.trigger() != v1::TRIGGER_TIMER || rule.timer() != kDeadline) continue;
      always = always || rule.guards().empty();
      if (HasEffect(rule, v1::EFFECT_KIND_MARK_BREACHED)) continue;
      AddFinding(machine.source().transitions[edge.transition],
                 absl::StrCat(InState(machine, i),
                              ": a transition on the timer `deadline` must carry MARK_BREACHED"),
                 findings);
    }
    if (always) continue;
    AddFinding(
        machine.source().states[i],
        absl::StrCat(
            InState(machine, i),
            " waits for its answer and has no transition without guards on the timer `deadline`"),
        findings);
  }
}

}  // namespace

void CheckAnswers(const Machine& machine, std::vector<Finding>* findings) {
  // Nobody asked, so there is no answer to miss.
  if (machine.workflow().initiation() == v1::INITIATION_COMPANY) return;
  CheckResponses(machine, findings);
  CheckDeadlineTimer(machine, findings);
  CheckDeadlineTransitions(machine, findings);
}

}  // namespace dsr
