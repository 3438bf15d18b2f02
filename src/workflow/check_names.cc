#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "workflow/definition_words.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

void CheckTimerNames(const Place& owner, absl::string_view field,
                     const google::protobuf::RepeatedPtrField<v1::TimerRule>& timers,
                     std::set<std::string> taken, std::vector<Finding>* findings) {
  for (int i = 0; i < timers.size(); ++i) {
    const std::string& name = timers.at(i).name();
    const Place place = owner.Of(field, i).Of("name");
    if (!IsWellFormedName(name, '-')) {
      AddFinding(place, absl::StrCat("the timer name `", name, "` must be of a-z, 0-9 and `-`"),
                 findings);
    }
    if (!taken.insert(name).second) {
      AddFinding(place, absl::StrCat("a second timer `", name, "` would replace the first"),
                 findings);
    }
  }
}

void CheckRequestTimerNames(const Machine& machine, std::set<std::string>* taken,
                            std::vector<Finding>* findings) {
  for (int i = 0; i < machine.workflow().request_timers_size(); ++i) {
    const std::string& name = machine.workflow().request_timers(i).name();
    const Place place = machine.source().request_timers[i].Of("name");
    if (!IsWellFormedName(name, '-')) {
      AddFinding(place, absl::StrCat("the timer name `", name, "` must be of a-z, 0-9 and `-`"),
                 findings);
    }
    if (!taken->insert(name).second) {
      AddFinding(place, absl::StrCat("a second timer `", name, "` would replace the first"),
                 findings);
    }
  }
}

void CheckState(const Machine& machine, int index, std::vector<Finding>* findings) {
  const v1::State& state = machine.state(index);
  const Place& place = machine.source().states[index];
  const std::string what = absl::StrCat("state `", state.name(), "`");
  if (!IsWellFormedName(state.name(), '_')) {
    AddFinding(place.Of("name"), absl::StrCat(what, ": a name must be of a-z, 0-9 and `_`"),
               findings);
  }
  if (machine.Find(state.name()) != index) {
    AddFinding(place.Of("name"), absl::StrCat("there is another ", what), findings);
  }
  CheckTexts(place, "titles", what, state.titles(), findings);
  if (!v1::Phase_IsValid(state.phase()) || state.phase() == v1::PHASE_UNSPECIFIED) {
    AddFinding(place.Of("phase"), absl::StrCat(what, " has no phase"), findings);
  } else if (state.end() != (state.phase() == v1::PHASE_CLOSED)) {
    AddFinding(place.Of("phase"),
               absl::StrCat(what, ": an end, and nothing else, has the phase CLOSED"), findings);
  }
  if (state.end() && !state.timers().empty()) {
    AddFinding(place.Of("timers", 0), absl::StrCat(what, " is an end and cannot have timers"),
               findings);
  }
}

void CheckTransitionStates(const Machine& machine, int index, std::vector<Finding>* findings) {
  const v1::Transition& rule = machine.transition(index);
  const Place& place = machine.source().transitions[index];
  if (rule.from().empty() && !rule.from_unanswered()) {
    AddFinding(place, "the transition leaves no state: give `from` or `from_unanswered`", findings);
  }
  if (!rule.from().empty() && rule.from_unanswered()) {
    AddFinding(place.Of("from_unanswered"), "give `from` or `from_unanswered`, not both", findings);
  }
  std::set<std::string> seen;
  for (int i = 0; i < rule.from_size(); ++i) {
    const Place from = place.Of("from", i);
    const int state = machine.Find(rule.from(i));
    if (state < 0) {
      AddFinding(from, absl::StrCat("there is no state `", rule.from(i), "`"), findings);
    } else if (machine.state(state).end()) {
      AddFinding(from, absl::StrCat("`", rule.from(i), "` is an end: no transition leaves it"),
                 findings);
    }
    if (!seen.insert(rule.from(i)).second) {
      AddFinding(from, absl::StrCat("`", rule.from(i), "` is named twice"), findings);
    }
  }
  if (!rule.to().empty() && machine.Find(rule.to()) < 0) {
    AddFinding(place.Of("to"), absl::StrCat("there is no state `", rule.to(), "`"), findings);
  }
}

}  // namespace

void CheckNames(const Machine& machine, std::vector<Finding>* findings) {
  const v1::Workflow& workflow = machine.workflow();
  const Place& root = machine.source().root;
  CheckNameAndVersion(root, workflow.name(), workflow.version(), findings);
  CheckTexts(root, "titles", "the workflow", workflow.titles(), findings);
  if (workflow.states().empty()) AddFinding(root, "the workflow has no states", findings);

  // The engine keeps these itself, beside whatever the workflow declares.
  std::set<std::string> taken = {"retention-end", "grant-end", "proof-end"};
  CheckRequestTimerNames(machine, &taken, findings);
  for (int i = 0; i < machine.state_count(); ++i) {
    CheckState(machine, i, findings);
    CheckTimerNames(machine.source().states[i], "timers", machine.state(i).timers(), taken,
                    findings);
  }
  for (int i = 0; i < workflow.transitions_size(); ++i) {
    CheckTransitionStates(machine, i, findings);
  }
}

}  // namespace dsr
