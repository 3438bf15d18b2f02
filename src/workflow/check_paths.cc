#include <algorithm>

#include "absl/strings/str_cat.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

// True when `guard` cannot hold unless `other` does.
bool Implies(const v1::Guard& guard, const v1::Guard& other) {
  if (guard.kind() != other.kind() || guard.not_() != other.not_()) return false;
  if (guard.task_kind() != other.task_kind()) return false;
  return guard.not_() ? guard.level() <= other.level() : guard.level() >= other.level();
}

// True when the two can never hold together.
bool Contradict(const v1::Guard& guard, const v1::Guard& other) {
  if (guard.kind() != other.kind() || guard.not_() == other.not_()) return false;
  if (guard.task_kind() != other.task_kind()) return false;
  const v1::Guard& asserted = guard.not_() ? other : guard;
  const v1::Guard& denied = guard.not_() ? guard : other;
  return asserted.level() >= denied.level();
}

// True when `earlier` is taken whenever `later` could be.
bool Shadows(const v1::Transition& earlier, const v1::Transition& later) {
  if (earlier.trigger() != later.trigger() || earlier.timer() != later.timer()) return false;
  return std::all_of(
      earlier.guards().begin(), earlier.guards().end(), [&](const v1::Guard& needed) {
        return std::any_of(later.guards().begin(), later.guards().end(),
                           [&](const v1::Guard& guard) { return Implies(guard, needed); });
      });
}

bool AnyEdge(const Edge&) { return true; }

void CheckReachable(const Machine& machine, std::vector<Finding>* findings) {
  const std::vector<bool> reached = machine.ReachFromFirst(AnyEdge);
  for (int i = 0; i < machine.state_count(); ++i) {
    if (reached[i]) continue;
    AddFinding(machine.source().states[i],
               absl::StrCat("workflow `", machine.workflow().name(), "`: state `",
                            machine.state(i).name(), "` cannot be reached"),
               findings);
  }
}

void CheckEndsInSight(const Machine& machine, std::vector<Finding>* findings) {
  for (int i = 0; i < machine.state_count(); ++i) {
    std::vector<bool> begin(machine.state_count(), false);
    begin[i] = true;
    const std::vector<bool> reached = machine.Reach(begin, AnyEdge);
    bool ends = false;
    for (int k = 0; k < machine.state_count(); ++k) {
      ends = ends || (reached[k] && machine.state(k).end());
    }
    if (ends) continue;
    AddFinding(machine.source().states[i],
               absl::StrCat("workflow `", machine.workflow().name(),
                            "`: no end can be reached from state `", machine.state(i).name(), "`"),
               findings);
  }
}

// The transition before `edge.transition` that leaves no room for it in `edge.from`, or -1.
int ShadowOf(const Machine& machine, const Edge& edge) {
  for (const Edge& other : machine.Leaving(edge.from)) {
    if (other.transition >= edge.transition) break;
    if (Shadows(machine.transition(other.transition), machine.transition(edge.transition))) {
      return other.transition;
    }
  }
  return -1;
}

void ReportShadow(const Machine& machine, const Place& place, int shadow, absl::string_view state,
                  std::vector<Finding>* findings) {
  const Place& by = machine.source().transitions[shadow];
  const std::string file = by.file() == place.file() ? "" : absl::StrCat(by.file(), " ");
  AddFinding(place,
             absl::StrCat("workflow `", machine.workflow().name(),
                          "`: the transition can never be taken from state `", state,
                          "`: the one at ", file, "line ", by.line(), " is always taken first"),
             findings);
}

// A state that is named must be served. One that `from_unanswered` brings in may have a rule of its
// own before; there the transition is dead only when every state has one.
void CheckShadows(const Machine& machine, std::vector<Finding>* findings) {
  for (int t = 0; t < machine.workflow().transitions_size(); ++t) {
    const v1::Transition& rule = machine.transition(t);
    const Place& place = machine.source().transitions[t];
    for (int i = 0; i < rule.from_size(); ++i) {
      const Edge edge = {.transition = t, .from = machine.Find(rule.from(i)), .to = 0};
      const int shadow = ShadowOf(machine, edge);
      if (shadow >= 0) ReportShadow(machine, place.Of("from", i), shadow, rule.from(i), findings);
    }
    if (!rule.from_unanswered()) continue;
    int shadow = -1;
    int state = -1;
    for (const Edge& edge : machine.edges()) {
      if (edge.transition != t) continue;
      state = edge.from;
      shadow = ShadowOf(machine, edge);
      if (shadow < 0) break;
    }
    if (shadow >= 0) {
      ReportShadow(machine, place, shadow, machine.state(state).name(), findings);
    }
  }
}

void CheckContradictions(const Machine& machine, std::vector<Finding>* findings) {
  for (int t = 0; t < machine.workflow().transitions_size(); ++t) {
    const v1::Transition& rule = machine.transition(t);
    for (int i = 0; i < rule.guards_size(); ++i) {
      for (int k = 0; k < i; ++k) {
        if (!Contradict(rule.guards(i), rule.guards(k))) continue;
        AddFinding(machine.source().transitions[t].Of("guards", i),
                   absl::StrCat("the transition can never be taken: two of its guards on ",
                                ShortName(rule.guards(i).kind()), " contradict each other"),
                   findings);
      }
    }
  }
}

bool NoNoticeIsOutstanding(const v1::Transition& rule) {
  return std::any_of(rule.guards().begin(), rule.guards().end(), [](const v1::Guard& guard) {
    return guard.kind() == v1::GUARD_KIND_NOTICES_OUTSTANDING && guard.not_();
  });
}

// A recipient that was told is chased until it has answered: no end may come before.
void CheckNoticesEnd(const Machine& machine, std::vector<Finding>* findings) {
  const auto waits_for_none = [&machine](const Edge& edge) {
    return !NoNoticeIsOutstanding(machine.transition(edge.transition));
  };
  std::vector<bool> told(machine.state_count(), false);
  for (const Edge& edge : machine.edges()) {
    if (HasEffect(machine.transition(edge.transition), v1::EFFECT_KIND_NOTIFY_RECIPIENTS))
      told[edge.to] = true;
  }
  told = machine.Reach(told, waits_for_none);
  for (const Edge& edge : machine.edges()) {
    if (!told[edge.from] || !machine.state(edge.to).end() || !waits_for_none(edge)) continue;
    AddFinding(machine.source().transitions[edge.transition],
               absl::StrCat("workflow `", machine.workflow().name(), "`: state `",
                            machine.state(edge.from).name(),
                            "` can have notices that no recipient has answered; the way to the end "
                            "needs the guard NOTICES_OUTSTANDING with `not`"),
               findings);
  }
}

// Whether guards would stop such a circle cannot be proved from the file, so none may exist.
void CheckCircles(const Machine& machine, std::vector<Finding>* findings) {
  const auto on_facts = [&machine](const Edge& edge) {
    return machine.transition(edge.transition).trigger() == v1::TRIGGER_FACTS_CHANGED;
  };
  for (const Edge& edge : machine.edges()) {
    if (!on_facts(edge)) continue;
    std::vector<bool> begin(machine.state_count(), false);
    begin[edge.to] = true;
    if (!machine.Reach(begin, on_facts)[edge.from]) continue;
    AddFinding(machine.source().transitions[edge.transition],
               absl::StrCat("workflow `", machine.workflow().name(),
                            "`: transitions on FACTS_CHANGED lead from state `",
                            machine.state(edge.from).name(), "` back to it and might never rest"),
               findings);
  }
}

}  // namespace

void CheckPaths(const Machine& machine, std::vector<Finding>* findings) {
  CheckReachable(machine, findings);
  CheckEndsInSight(machine, findings);
  CheckShadows(machine, findings);
  CheckContradictions(machine, findings);
  CheckCircles(machine, findings);
  CheckNoticesEnd(machine, findings);
}

}  // namespace dsr
