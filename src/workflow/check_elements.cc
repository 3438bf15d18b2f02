#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "workflow/definition_words.h"
#include "workflow/message_vocabulary.h"
#include "workflow/template_pieces.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

constexpr absl::string_view kRoles[] = {
    "intake",  "session_asserter", "verifier",  "caseworker",  "reviewer",  "privacy_officer",
    "auditor", "operator",         "registrar", "data_system", "recipient", "children_privacy"};

bool IsRole(const std::string& role) {
  return std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
}

bool IsSetOffByPeople(v1::Trigger trigger) {
  switch (trigger) {
    case v1::TRIGGER_ASSESSED:
    case v1::TRIGGER_FIELD_DECIDED:
    case v1::TRIGGER_PLAN_CONFIRMED:
    case v1::TRIGGER_REFUSAL_PROPOSED:
    case v1::TRIGGER_REFUSAL_APPROVED:
    case v1::TRIGGER_REFUSAL_REJECTED:
    case v1::TRIGGER_WITHDRAWN:
    case v1::TRIGGER_RESPONDED:
    case v1::TRIGGER_DECISION_REVIEWED:
    case v1::TRIGGER_BLOCKERS_CLEARED:
    case v1::TRIGGER_FEE_QUOTED:
    case v1::TRIGGER_FEE_SETTLED:
    case v1::TRIGGER_CONFLICT_DECIDED:
    case v1::TRIGGER_DELETION_APPROVED:
    case v1::TRIGGER_RESTRICTION_LIFTED:
      return true;
    default:
      return false;
  }
}

bool HasGuard(const v1::Transition& rule, v1::GuardKind kind) {
  return std::any_of(rule.guards().begin(), rule.guards().end(), [kind](const v1::Guard& guard) {
    return guard.kind() == kind && !guard.not_();
  });
}

// One field of an effect or guard: whether its kind has it, and whether it is set.
void CheckField(const Place& place, absl::string_view kind, absl::string_view field, bool wanted,
                bool allowed, bool set, std::vector<Finding>* findings) {
  if (wanted && !set) {
    AddFinding(place, absl::StrCat(kind, " needs `", field, "`"), findings);
  } else if (set && !wanted && !allowed) {
    AddFinding(place.Of(field), absl::StrCat(kind, " has no `", field, "`"), findings);
  }
}

// Tells whether `text` tells of what was refused, on which ground and why.
bool TellsRefusals(absl::string_view text) {
  std::set<absl::string_view> told;
  bool inside = false;
  for (const TemplatePiece& piece : SplitTemplate(text)) {
    const bool is_value =
        piece.kind == TemplatePiece::Kind::kValue || piece.kind == TemplatePiece::Kind::kRawValue;
    if (piece.kind != TemplatePiece::Kind::kText && piece.text == "refused")
      inside = piece.kind == TemplatePiece::Kind::kSection;
    if (inside && is_value) told.insert(piece.text);
  }
  return told.contains("categories") && told.contains("ground") && told.contains("reason");
}

bool IsAnswerToWhatWasAsked(v1::Outcome outcome) {
  return outcome == v1::OUTCOME_UNSPECIFIED || outcome == v1::OUTCOME_FULFILLED ||
         outcome == v1::OUTCOME_PARTLY_FULFILLED;
}

class ElementChecker {
 public:
  ElementChecker(const Machine& machine, const v1::Policy& policy, const v1::TemplateSet& templates,
                 std::vector<Finding>* findings)
      : machine_(machine), policy_(policy), findings_(findings) {
    for (const v1::Template& one : templates.templates()) {
      templates_.insert({{one.id(), one.language()}, &one});
    }
    for (const v1::TimerRule& timer : machine.workflow().request_timers()) {
      request_timers_.insert(timer.name());
    }
    // The engine begins this one itself while records are retained.
    request_timers_.insert("retention-end");
    for (const v1::Transition& rule : machine.workflow().transitions()) {
      if (HasEffect(rule, v1::EFFECT_KIND_ISSUE_GRANT)) request_timers_.insert("grant-end");
      handled_timers_.insert(rule.timer());
      refuses_parts_ = refuses_parts_ || HasGuard(rule, v1::GUARD_KIND_REFUSAL_PARTIAL);
    }
  }

  void Check() {
    const v1::Workflow& workflow = machine_.workflow();
    const bool verifies = workflow.initiation() == v1::INITIATION_UNSPECIFIED;
    if (!v1::Initiation_IsValid(workflow.initiation())) {
      Add(machine_.source().root.Of("initiation"), "`initiation` has an unknown value");
    } else if (!verifies && workflow.least_level() != v1::ASSURANCE_LEVEL_UNSPECIFIED) {
      Add(machine_.source().root.Of("least_level"),
          "`least_level` goes with verification, which this initiation does without");
    } else if (verifies && (workflow.least_level() == v1::ASSURANCE_LEVEL_UNSPECIFIED ||
                            !v1::AssuranceLevel_IsValid(workflow.least_level()))) {
      Add(machine_.source().root.Of("least_level"),
          "the workflow needs `least_level`: nothing may be done for somebody unverified");
    }
    if (!v1::DetailsKind_IsValid(workflow.details())) {
      Add(machine_.source().root.Of("details"), "`details` has an unknown value");
    }
    CheckDataUse();
    CheckCategories();
    for (int i = 0; i < workflow.request_timers_size(); ++i) {
      CheckTimer(workflow.request_timers(i), machine_.source().request_timers[i]);
    }
    for (int i = 0; i < workflow.states_size(); ++i) {
      for (int k = 0; k < workflow.states(i).timers_size(); ++k) {
        CheckTimer(workflow.states(i).timers(k), machine_.source().states[i].Of("timers", k));
      }
    }
    for (int i = 0; i < workflow.transitions_size(); ++i) {
      CheckTransition(workflow.transitions(i), machine_.source().transitions[i]);
    }
  }

 private:
  void Add(const Place& place, absl::string_view description) {
    AddFinding(place, description, findings_);
  }

  // Requests of one subject are ordered by it, so it must be what the file does.
  void CheckDataUse() {
    v1::DataUse use = v1::DATA_USE_UNSPECIFIED;
    for (const v1::Transition& rule : machine_.workflow().transitions()) {
      for (const v1::Effect& effect : rule.effects()) {
        if (effect.task_kind() == v1::TASK_KIND_ERASE) use = v1::DATA_USE_ERASES;
        const bool reads = effect.task_kind() == v1::TASK_KIND_COLLECT ||
                           effect.task_kind() == v1::TASK_KIND_CORRECT;
        if (reads && use != v1::DATA_USE_ERASES) use = v1::DATA_USE_READS;
        const bool disputes = effect.task_kind() == v1::TASK_KIND_FETCH_DECISION;
        if (disputes && use == v1::DATA_USE_UNSPECIFIED) use = v1::DATA_USE_DISPUTES;
      }
    }
    if (use == machine_.workflow().data_use()) return;
    Add(machine_.source().root.Of("data_use"),
        absl::StrCat("`data_use` must be ", v1::DataUse_Name(use), ", which is what its tasks do"));
  }

  void CheckCategories() {
    const auto& known = policy_.categories();
    for (int i = 0; i < machine_.workflow().categories_size(); ++i) {
      const std::string& name = machine_.workflow().categories(i);
      if (std::any_of(known.begin(), known.end(),
                      [&](const v1::Category& category) { return category.name() == name; })) {
        continue;
      }
      Add(machine_.source().root.Of("categories", i),
          absl::StrCat("the policy has no category `", name, "`"));
    }
  }

  void CheckTimer(const v1::TimerRule& timer, const Place& place) {
    const std::string what = absl::StrCat("timer `", timer.name(), "`");
    if (!v1::TimerRule::Anchor_IsValid(timer.anchor()) ||
        timer.anchor() == v1::TimerRule::ANCHOR_UNSPECIFIED) {
      Add(place.Of("anchor"), absl::StrCat(what, " has no anchor"));
    }
    if (!handled_timers_.contains(timer.name())) {
      Add(place, absl::StrCat(what, " sets off no transition"));
    }
    CheckOffset(timer, what, place.Of("offset"));
  }

  void CheckOffset(const v1::TimerRule& timer, const std::string& what, const Place& place) {
    const v1::Offset& offset = timer.offset();
    int64_t length = 0;
    int64_t least_seconds = 0;  // of one unit
    switch (offset.length_case()) {
      case v1::Offset::kCivilDays:
        length = offset.civil_days();
        least_seconds = 86400;
        break;
      case v1::Offset::kWorkingDays:
        length = offset.working_days();
        least_seconds = 86400;
        break;
      case v1::Offset::kMonths:
        length = offset.months();
        least_seconds = 28 * 86400;
        break;
      case v1::Offset::kSeconds:
        length = offset.seconds();
        least_seconds = 1;
        break;
      case v1::Offset::LENGTH_NOT_SET:
        Add(place, absl::StrCat(what, " has an offset without a length"));
        return;
    }
    if (length < 0) {
      Add(place, absl::StrCat(what, " has a negative offset"));
    } else if (length > 100 * int64_t{366} * 86400 / least_seconds) {
      Add(place, absl::StrCat(what, " has an offset of more than a hundred years"));
    } else if (timer.anchor() != v1::TimerRule::ANCHOR_START &&
               length * least_seconds > policy_.response_days() * int64_t{86400}) {
      Add(place, absl::StrCat(what, " would fire before the request is received: the policy gives ",
                              policy_.response_days(), " days"));
    }
  }

  void CheckTransition(const v1::Transition& rule, const Place& place) {
    if (!v1::Trigger_IsValid(rule.trigger()) || rule.trigger() == v1::TRIGGER_UNSPECIFIED) {
      Add(place.Of("trigger"), "the transition has no trigger");
      return;
    }
    CheckTimerOf(rule, place);
    CheckRoles(rule, place);
    CheckSecondPerson(rule, place);
    for (int i = 0; i < rule.guards_size(); ++i) {
      CheckGuard(rule.guards(i), place.Of("guards", i));
    }
    for (int i = 0; i < rule.effects_size(); ++i) {
      CheckEffect(rule.effects(i), place.Of("effects", i));
    }
  }

  void CheckTimerOf(const v1::Transition& rule, const Place& place) {
    if (rule.trigger() != v1::TRIGGER_TIMER) {
      if (!rule.timer().empty()) {
        Add(place.Of("timer"), "only a transition on TIMER names a timer");
      }
      return;
    }
    if (rule.timer().empty()) {
      Add(place, "a transition on TIMER must name its timer");
      return;
    }
    if (request_timers_.contains(rule.timer())) return;
    bool known = false;
    for (const v1::State& state : machine_.workflow().states()) known = known || Has(state, rule);
    if (!known) {
      Add(place.Of("timer"), absl::StrCat("there is no timer `", rule.timer(), "`"));
      return;
    }
    for (int i = 0; i < rule.from_size(); ++i) {
      const int from = machine_.Find(rule.from(i));
      if (from < 0 || Has(machine_.state(from), rule)) continue;
      Add(place.Of("from", i), absl::StrCat("state `", rule.from(i), "` has no timer `",
                                            rule.timer(), "`, so it never fires there"));
    }
  }

  static bool Has(const v1::State& state, const v1::Transition& rule) {
    return std::any_of(
        state.timers().begin(), state.timers().end(),
        [&rule](const v1::TimerRule& timer) { return timer.name() == rule.timer(); });
  }

  void CheckRoles(const v1::Transition& rule, const Place& place) {
    const std::string trigger = ShortName(rule.trigger());
    if (IsSetOffByPeople(rule.trigger())) {
      if (rule.roles().empty()) {
        Add(place, absl::StrCat(trigger, " is set off by people and needs `roles`"));
      }
    } else if (!rule.roles().empty()) {
      Add(place.Of("roles", 0),
          absl::StrCat(trigger, " is not set off by people and has no `roles`"));
    }
    for (int i = 0; i < rule.roles_size(); ++i) {
      if (IsRole(rule.roles(i))) {
        continue;
      }
      Add(place.Of("roles", i), absl::StrCat("there is no role `", rule.roles(i), "`"));
    }
  }

  void CheckSecondPerson(const v1::Transition& rule, const Place& place) {
    if ((rule.trigger() == v1::TRIGGER_REFUSAL_APPROVED ||
         rule.trigger() == v1::TRIGGER_REFUSAL_REJECTED) &&
        !HasGuard(rule, v1::GUARD_KIND_SECOND_PERSON)) {
      Add(place,
          absl::StrCat(ShortName(rule.trigger()),
                       " needs the guard SECOND_PERSON: nobody decides on his own proposal"));
    }
    if (rule.trigger() == v1::TRIGGER_DECISION_REVIEWED &&
        !HasGuard(rule, v1::GUARD_KIND_REVIEWER_INDEPENDENT)) {
      Add(place,
          "DECISION_REVIEWED needs the guard REVIEWER_INDEPENDENT: nobody reviews his own "
          "decision");
    }
  }

  void CheckGuard(const v1::Guard& guard, const Place& place) {
    if (!v1::GuardKind_IsValid(guard.kind()) || guard.kind() == v1::GUARD_KIND_UNSPECIFIED) {
      Add(place, "the guard has no kind");
      return;
    }
    const std::string kind = ShortName(guard.kind());
    const bool level = guard.kind() == v1::GUARD_KIND_VERIFIED;
    const bool task =
        guard.kind() == v1::GUARD_KIND_ALL_TASKS_DONE || guard.kind() == v1::GUARD_KIND_TASK_FAILED;
    CheckField(place, kind, "level", level, false, guard.level() != 0, findings_);
    CheckField(place, kind, "task_kind", task, false, guard.task_kind() != 0, findings_);
    if (!v1::AssuranceLevel_IsValid(guard.level()) || !v1::TaskKind_IsValid(guard.task_kind())) {
      Add(place, absl::StrCat(kind, " has a field with an unknown value"));
    }
  }

  void CheckEffect(const v1::Effect& effect, const Place& place) {
    if (!v1::EffectKind_IsValid(effect.kind()) || effect.kind() == v1::EFFECT_KIND_UNSPECIFIED) {
      Add(place, "the effect has no kind");
      return;
    }
    const std::string kind = ShortName(effect.kind());
    const bool respond = effect.kind() == v1::EFFECT_KIND_RESPOND;
    const bool message = respond || effect.kind() == v1::EFFECT_KIND_SEND_MESSAGE;
    const bool field = true;
    CheckField(place, kind, "task_kind", effect.kind() == v1::EFFECT_KIND_CREATE_TASKS, !field,
               effect.task_kind() != 0, findings_);
    CheckField(place, kind, "notice_kind", effect.kind() == v1::EFFECT_KIND_NOTIFY_RECIPIENTS,
               !field, effect.notice_kind() != 0, findings_);
    CheckField(place, kind, "template", message, !field, !effect.template_().empty(), findings_);
    CheckField(place, kind, "to_requester", false, message, effect.to_requester(), findings_);
    CheckField(place, kind, "outcome", false, respond, effect.outcome() != 0, findings_);
    CheckField(place, kind, "escalation_level", effect.kind() == v1::EFFECT_KIND_ESCALATE, !field,
               effect.escalation_level() != 0, findings_);
    CheckField(place, kind, "escalation_role", false, effect.kind() == v1::EFFECT_KIND_ESCALATE,
               !effect.escalation_role().empty(), findings_);
    if (!effect.escalation_role().empty() && !IsRole(effect.escalation_role())) {
      Add(place.Of("escalation_role"),
          absl::StrCat("there is no role `", effect.escalation_role(), "`"));
    }
    if (effect.escalation_level() < 0) {
      Add(place.Of("escalation_level"), "an escalation level is 1 or more");
    }
    if (!v1::TaskKind_IsValid(effect.task_kind()) ||
        !v1::NoticeKind_IsValid(effect.notice_kind()) || !v1::Outcome_IsValid(effect.outcome())) {
      Add(place, absl::StrCat(kind, " has a field with an unknown value"));
    }
    if (message && !effect.template_().empty()) CheckTemplate(effect, place.Of("template"));
  }

  void CheckTemplate(const v1::Effect& effect, const Place& place) {
    if (effect.template_() == kLetterTemplate) {
      Add(place, absl::StrCat("template `", kLetterTemplate, "` is for letters to recipients"));
    }
    for (const absl::string_view language : kLanguages) {
      const auto found = templates_.find({effect.template_(), std::string(language)});
      if (found == templates_.end()) {
        Add(place, absl::StrCat("there is no template `", effect.template_(), "` in ", language));
      } else if (refuses_parts_ && effect.kind() == v1::EFFECT_KIND_RESPOND &&
                 IsAnswerToWhatWasAsked(effect.outcome())) {
        CheckTellsRefusals(*found->second, place);
      }
    }
  }

  // One answer tells what was done and what was refused, with the reason (PIPL 50).
  void CheckTellsRefusals(const v1::Template& answer, const Place& place) {
    if (TellsRefusals(answer.text()) && (answer.html().empty() || TellsRefusals(answer.html())))
      return;
    Add(place, absl::StrCat("the workflow can refuse some categories, and template `", answer.id(),
                            "` in ", answer.language(),
                            " does not tell `categories`, `ground` and `reason` of `refused`"));
  }

  const Machine& machine_;
  const v1::Policy& policy_;
  std::vector<Finding>* const findings_;
  std::map<std::pair<std::string, std::string>, const v1::Template*> templates_;  // id, language
  bool refuses_parts_ = false;
  std::set<std::string> request_timers_;  // those that live in every state
  std::set<std::string> handled_timers_;
};

}  // namespace

void CheckElements(const Machine& machine, const v1::Policy& policy,
                   const v1::TemplateSet& templates, std::vector<Finding>* findings) {
  ElementChecker(machine, policy, templates, findings).Check();
}

}  // namespace dsr
