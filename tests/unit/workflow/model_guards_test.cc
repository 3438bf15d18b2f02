// Each guard that carries an invariant, taken out of each workflow, and each edge between what is
// not answered and what is, led to the wrong side.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model.h"

namespace dsr {
namespace {

// What is said to be covered is looked into so far: most of what is seen is seen in fewer.
constexpr int kEnoughStates = 2000;

// One change of one workflow.
struct Change {
  std::string name;
  std::string workflow;
  Aspect aspect;
  int transition = 0;
  int guard = -1;          // dropped; -1: the edge is led elsewhere
  std::string to;          // where to
  std::string breaks;      // what that breaks
  std::string covered_by;  // why nothing can be seen of it; empty: it is seen
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

bool HasGuard(const v1::Transition& rule, v1::GuardKind kind) {
  const auto& guards = rule.guards();
  return std::any_of(guards.begin(), guards.end(),
                     [kind](const v1::Guard& guard) { return guard.kind() == kind; });
}

bool LeavesFrom(const v1::Transition& rule, const char* state) {
  return std::find(rule.from().begin(), rule.from().end(), state) != rule.from().end();
}

// What a dropped guard of that kind breaks; nothing for those that carry no invariant.
std::string BrokenWithout(const v1::Guard& guard) {
  switch (guard.kind()) {
    case v1::GUARD_KIND_VERIFIED:
    case v1::GUARD_KIND_APPROVED_BY_TWO:
      return "I2";
    case v1::GUARD_KIND_ALL_TASKS_DONE:
    case v1::GUARD_KIND_NOTICES_OUTSTANDING:
      return "I4";
    case v1::GUARD_KIND_DATA_RETAINED:
      return "I9";
    case v1::GUARD_KIND_DATA_NEEDED:
      return guard.not_() ? "I10" : "";
    case v1::GUARD_KIND_SECOND_PERSON:
      return "I11";
    case v1::GUARD_KIND_REVIEWER_INDEPENDENT:
      return "I12";
    case v1::GUARD_KIND_FEE_OPEN:
      return "fee";
    default:
      return "";
  }
}

std::string WordsOf(const v1::Transition& rule) {
  std::string words =
      absl::StrCat(rule.from_unanswered() ? "unanswered" : absl::StrJoin(rule.from(), "_"), "_",
                   absl::StripPrefix(v1::Trigger_Name(rule.trigger()), "TRIGGER_"), "_", rule.to());
  std::replace(words.begin(), words.end(), '-', '_');
  return words;
}

// What explores the rule.
Aspect AspectOf(const v1::Transition& rule) {
  if (LeavesFrom(rule, "awaiting_fee") || rule.to() == "awaiting_fee") return Aspect::kFees;
  if (HasGuard(rule, v1::GUARD_KIND_REFUSAL_PARTIAL)) return Aspect::kPartialRefusals;
  const bool is_beside = HasGuard(rule, v1::GUARD_KIND_ROLE_ENDED) ||
                         HasGuard(rule, v1::GUARD_KIND_POINT_OF_NO_RETURN) ||
                         HasGuard(rule, v1::GUARD_KIND_ALL_FIELDS_SUPERSEDED) ||
                         LeavesFrom(rule, "linked") || rule.to() == "linked";
  return is_beside ? Aspect::kBeside : Aspect::kLapses;
}

// What explores what it would be without the guard: that one of two data systems is done, and that
// others read, there are only beside.
Aspect AspectWithout(const v1::Transition& rule, const v1::Guard& guard) {
  const bool is_beside = guard.kind() == v1::GUARD_KIND_DATA_NEEDED ||
                         guard.task_kind() == v1::TASK_KIND_CHECK_BLOCKERS ||
                         guard.task_kind() == v1::TASK_KIND_CLOSE_ACCOUNT ||
                         guard.task_kind() == v1::TASK_KIND_FETCH_DECISION;
  if (is_beside) return Aspect::kBeside;
  return guard.kind() == v1::GUARD_KIND_VERIFIED && AspectOf(rule) == Aspect::kBeside
             ? Aspect::kLapses
             : AspectOf(rule);
}

bool IsRefusedAsAWhole(const std::string& workflow) {
  return workflow == "account-cancellation" ||
         ShopRulebook(workflow)->workflow.initiation() == v1::INITIATION_UNVERIFIED;
}

// Where what was begun is ended, a proof that has only grown old is enough.
bool EndsWhatWasBegun(const std::string& workflow, const v1::Transition& rule) {
  return LeavesFrom(rule, "correcting") || LeavesFrom(rule, "erasing") ||
         (LeavesFrom(rule, "closing") && rule.to() == "erasing") || LeavesFrom(rule, "stopping") ||
         LeavesFrom(rule, "restricting") || (workflow == "correction" && LeavesFrom(rule, "ready"));
}

// Why a workflow without this guard does nothing that it should not; empty: it does.
std::string CoverOfVerified(const std::string& workflow, const v1::Transition& rule) {
  if (rule.trigger() == v1::TRIGGER_IDENTITY_VERIFIED)
    return "the engine, which sets this off only where all is proved";
  if (rule.trigger() == v1::TRIGGER_FEE_QUOTED)
    return "the guards of what is done: only a price is told";
  if (rule.to() == "frozen" || rule.to() == "waiting")
    return "the guards of what is done when the wait is over";
  if (LeavesFrom(rule, "waiting"))
    return "the end of the wait, which comes before any proof can have run out unnoticed";
  if (workflow == "consent-change" && LeavesFrom(rule, "assessing"))
    return "the engine: the state is left in the very decision that came to it";
  if (EndsWhatWasBegun(workflow, rule))
    return "the edge for a proof that was taken back, which is first; one that grew old is enough";
  if (rule.to() == "fetched")
    return "the engine, which lets nobody fetch without proof in the same decision";
  if (workflow == "correction" && LeavesFrom(rule, "assessing") && rule.to() == "closed")
    return "the engine: what is answered is that nothing is left, and only where all is proved";
  if (workflow == "automated-decision-complaint" && rule.to() == "ready")
    return "the guard of the answer, before which nothing is done";
  return "";
}

std::string CoverOf(const std::string& workflow, const v1::Transition& rule,
                    const v1::Guard& guard) {
  switch (guard.kind()) {
    case v1::GUARD_KIND_VERIFIED:
      return CoverOfVerified(workflow, rule);
    case v1::GUARD_KIND_APPROVED_BY_TWO:
      return LeavesFrom(rule, "stopping") ? "the same guard of the only edge that leads there" : "";
    case v1::GUARD_KIND_ALL_TASKS_DONE:
      return guard.task_kind() == v1::TASK_KIND_RESOLVE_CONTACT
                 ? "none, but it breaks no invariant: the subject could not be told"
                 : "";
    case v1::GUARD_KIND_NOTICES_OUTSTANDING:
      return rule.from_unanswered() ? "the workflow's own edge: where recipients are told before "
                                      "the answer it is first"
                                    : "";
    case v1::GUARD_KIND_DATA_NEEDED:
      return rule.to() == "rechecking" ? "the same guard of the edge that erases" : "";
    case v1::GUARD_KIND_SECOND_PERSON:
      return HasGuard(rule, v1::GUARD_KIND_REFUSAL_PARTIAL) && IsRefusedAsAWhole(workflow)
                 ? "the engine, which takes no refusal in part of this type"
                 : "";
    default:
      return "";
  }
}

std::string CoverOfEdge(const std::string& workflow, const v1::Transition& rule, bool ends) {
  if (HasGuard(rule, v1::GUARD_KIND_REFUSAL_PARTIAL) && IsRefusedAsAWhole(workflow))
    return "the engine, which takes no refusal in part of this type";
  if (workflow == "company-deletion" && ends) return "nobody's asking, so that no answer is owed";
  if (workflow == "consent-change" && rule.from_unanswered() &&
      rule.trigger() == v1::TRIGGER_PROOF_LOST)
    return "the workflow's own edge, which is first";
  return "";
}

std::vector<Change> DroppedGuards() {
  std::vector<Change> changes;
  for (const std::string& name : ShopWorkflows()) {
    const v1::Workflow& workflow = ShopRulebook(name)->workflow;
    for (int t = 0; t < workflow.transitions_size(); ++t) {
      const v1::Transition& rule = workflow.transitions(t);
      for (int g = 0; g < rule.guards_size(); ++g) {
        const v1::Guard& guard = rule.guards(g);
        Change change{.workflow = name, .transition = t, .guard = g};
        change.breaks = BrokenWithout(guard);
        if (change.breaks.empty()) continue;
        change.name = absl::StrCat(
            name, "_", t, "_", WordsOf(rule), "_without_",
            absl::StripPrefix(v1::GuardKind_Name(guard.kind()), "GUARD_KIND_"),
            guard.task_kind() == v1::TASK_KIND_UNSPECIFIED
                ? ""
                : absl::StripPrefix(v1::TaskKind_Name(guard.task_kind()), "TASK_KIND"));
        std::replace(change.name.begin(), change.name.end(), '-', '_');
        change.aspect = AspectWithout(rule, guard);
        change.covered_by = CoverOf(name, rule, guard);
        changes.push_back(std::move(change));
      }
    }
  }
  return changes;
}

std::vector<Change> LedElsewhere() {
  std::vector<Change> changes;
  for (const std::string& name : ShopWorkflows()) {
    const std::shared_ptr<const Rulebook> rulebook = ShopRulebook(name);
    const v1::Workflow& workflow = rulebook->workflow;
    for (int t = 0; t < workflow.transitions_size(); ++t) {
      const v1::Transition& rule = workflow.transitions(t);
      if (rule.to().empty()) continue;
      Change change{.workflow = name, .transition = t, .breaks = "I4"};
      const v1::Phase phase = rulebook->FindState(rule.to())->phase();
      const bool ends = phase == v1::PHASE_CLOSED || phase == v1::PHASE_FOLLOW_UP;
      change.to = ends ? workflow.states(0).name() : "closed";
      change.name = absl::StrCat(name, "_", t, "_", WordsOf(rule), "_to_", change.to);
      std::replace(change.name.begin(), change.name.end(), '-', '_');
      change.aspect = AspectOf(rule);
      change.covered_by = CoverOfEdge(name, rule, ends);
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

class ChangeTest : public ::testing::TestWithParam<Change> {};

TEST_P(ChangeTest, IsSeenUnlessCovered) {
  const Change& change = GetParam();
  const std::shared_ptr<const Rulebook> shipped = ShopRulebook(change.workflow);
  v1::Workflow workflow = shipped->workflow;
  v1::Transition& rule = *workflow.mutable_transitions(change.transition);
  if (change.guard >= 0) {
    rule.mutable_guards()->DeleteSubrange(change.guard, 1);
  } else {
    rule.set_to(change.to);
  }

  const bool is_covered = !change.covered_by.empty();
  ModelOptions options{.aspect = change.aspect, .stops_at_violation = true};
  if (is_covered) options.most_states = kEnoughStates;
  const Exploration found = Explore(WithWorkflow(*shipped, workflow), options);

  if (!is_covered) {
    EXPECT_TRUE(found.violations.contains(change.breaks))
        << "nothing is seen of it in " << found.states << " states";
    for (const auto& [invariant, way] : found.violations)
      if (invariant != change.breaks) ADD_FAILURE() << invariant << " instead on the way" << way;
    return;
  }
  for (const auto& [invariant, way] : found.violations) {
    ADD_FAILURE() << "not covered by " << change.covered_by << ": " << invariant
                  << " is broken on the way" << way;
  }
}

std::string NameOfChange(const ::testing::TestParamInfo<Change>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(DroppedGuard, ChangeTest, ::testing::ValuesIn(DroppedGuards()),
                         NameOfChange);
INSTANTIATE_TEST_SUITE_P(EdgeLedElsewhere, ChangeTest, ::testing::ValuesIn(LedElsewhere()),
                         NameOfChange);

}  // namespace
}  // namespace dsr
