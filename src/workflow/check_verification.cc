#include <algorithm>

#include "absl/strings/str_cat.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

// Asks only whom to ask, or undoes what was begun; every other task tells somebody something or
// changes something.
bool IsHarmless(v1::TaskKind kind) {
  return kind == v1::TASK_KIND_RESOLVE_CONTACT || kind == v1::TASK_KIND_LIFT_RESTRICTION;
}

bool NeedsVerification(const v1::Effect& effect) {
  switch (effect.kind()) {
    case v1::EFFECT_KIND_CHANGE_CONSENT:
    case v1::EFFECT_KIND_RECORD_DISCLOSURE:
    case v1::EFFECT_KIND_CREATE_TASKS:
      return !IsHarmless(effect.task_kind());
    case v1::EFFECT_KIND_NOTIFY_RECIPIENTS:
      return effect.notice_kind() != v1::NOTICE_KIND_RESUME_PROCESSING;
    case v1::EFFECT_KIND_ERASE_RETAINED:
    case v1::EFFECT_KIND_ISSUE_GRANT:
      return true;
    case v1::EFFECT_KIND_RESPOND:
      return effect.outcome() == v1::OUTCOME_UNSPECIFIED ||
             effect.outcome() == v1::OUTCOME_FULFILLED ||
             effect.outcome() == v1::OUTCOME_PARTLY_FULFILLED;
    default:
      return false;
  }
}

// What was verified and confirmed before the answer is carried to its end when retention terms are
// over, years after the verification itself has expired.
bool MayFollowAnAnswer(const v1::Effect& effect) {
  return effect.kind() == v1::EFFECT_KIND_ERASE_RETAINED ||
         effect.kind() == v1::EFFECT_KIND_NOTIFY_RECIPIENTS;
}

bool IsVerified(const v1::Transition& rule, v1::AssuranceLevel least_level) {
  return std::any_of(rule.guards().begin(), rule.guards().end(), [&](const v1::Guard& guard) {
    return guard.kind() == v1::GUARD_KIND_VERIFIED && !guard.not_() &&
           guard.level() >= std::max(least_level, v1::ASSURANCE_LEVEL_SESSION);
  });
}

bool LeavesOnlyFollowUp(const Machine& machine, const v1::Transition& rule) {
  if (rule.from_unanswered() || rule.from().empty()) return false;
  return std::all_of(rule.from().begin(), rule.from().end(), [&](const std::string& name) {
    const int state = machine.Find(name);
    return state >= 0 && machine.state(state).phase() == v1::PHASE_FOLLOW_UP;
  });
}

std::string Describe(const v1::Effect& effect) {
  const std::string kind = ShortName(effect.kind());
  if (effect.kind() != v1::EFFECT_KIND_CREATE_TASKS) return kind;
  return absl::StrCat(kind, " ", ShortName(effect.task_kind()));
}

bool NotifiesDeletion(const v1::Transition& rule) {
  return std::any_of(rule.effects().begin(), rule.effects().end(), [](const v1::Effect& effect) {
    return effect.kind() == v1::EFFECT_KIND_NOTIFY_RECIPIENTS &&
           effect.notice_kind() == v1::NOTICE_KIND_DELETE;
  });
}

bool IsApproved(const v1::Transition& rule) {
  return std::any_of(rule.guards().begin(), rule.guards().end(), [](const v1::Guard& guard) {
    return guard.kind() == v1::GUARD_KIND_APPROVED_BY_TWO && !guard.not_();
  });
}

// Why the workflow, by how it comes about, may not do this here; empty when it may.
std::string WhyNot(const Machine& machine, const v1::Transition& rule, const v1::Effect& effect) {
  switch (machine.workflow().initiation()) {
    case v1::INITIATION_UNVERIFIED:
      if (effect.kind() == v1::EFFECT_KIND_RESPOND) return "";
      return " is not for a workflow without verification: an answer in words is all it may give";
    case v1::INITIATION_COMPANY:
      if (effect.kind() == v1::EFFECT_KIND_RESPOND) {
        return " has nobody to answer: the company acts on its own motion";
      }
      return IsApproved(rule) ? "" : " needs the guard APPROVED_BY_TWO on this transition";
    default:
      return IsVerified(rule, machine.workflow().least_level())
                 ? ""
                 : " needs the guard VERIFIED of at least the workflow's least level on this "
                   "transition";
  }
}

}  // namespace

void CheckVerification(const Machine& machine, std::vector<Finding>* findings) {
  for (int t = 0; t < machine.workflow().transitions_size(); ++t) {
    const v1::Transition& rule = machine.transition(t);
    const bool follow_up = LeavesOnlyFollowUp(machine, rule);
    for (int i = 0; i < rule.effects_size(); ++i) {
      const v1::Effect& effect = rule.effects(i);
      const Place place = machine.source().transitions[t].Of("effects", i);
      const std::string why = NeedsVerification(effect) ? WhyNot(machine, rule, effect) : "";
      if (!why.empty() && !(follow_up && MayFollowAnAnswer(effect))) {
        AddFinding(place, absl::StrCat(Describe(effect), why), findings);
      }
      if (effect.kind() == v1::EFFECT_KIND_CREATE_TASKS &&
          effect.task_kind() == v1::TASK_KIND_ERASE && !NotifiesDeletion(rule)) {
        AddFinding(place,
                   "CREATE_TASKS ERASE needs NOTIFY_RECIPIENTS DELETE on the same transition: "
                   "those who got the data are told",
                   findings);
      }
    }
  }
}

}  // namespace dsr
