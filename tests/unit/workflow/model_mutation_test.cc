#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "testing/shop_facts.h"
#include "unit/workflow/model.h"

namespace dsr {
namespace {

// A workflow with one rule taken out, and the invariant that this breaks.
struct Mutation {
  const char* name;
  const char* workflow;
  const char* invariant;
  std::function<bool(v1::Transition&)> mutate;
  Aspect aspect = Aspect::kWork;
};

void PrintTo(const Mutation& mutation, std::ostream* out) { *out << mutation.name; }

bool Drop(v1::Transition& rule, v1::GuardKind kind) {
  auto& guards = *rule.mutable_guards();
  const auto left = std::remove_if(guards.begin(), guards.end(),
                                   [kind](const v1::Guard& guard) { return guard.kind() == kind; });
  const bool dropped = left != guards.end();
  guards.erase(left, guards.end());
  return dropped;
}

bool DropEffect(v1::Transition& rule, v1::EffectKind kind) {
  auto& effects = *rule.mutable_effects();
  const auto left = std::remove_if(effects.begin(), effects.end(),
                                   [kind](const v1::Effect& one) { return one.kind() == kind; });
  const bool dropped = left != effects.end();
  effects.erase(left, effects.end());
  return dropped;
}

// Nothing asks for proof, and what has lost it is not sent back.
bool GoesOnUnproved(v1::Transition& rule) {
  if (rule.trigger() == v1::TRIGGER_PROOF_LOST) {
    rule.mutable_guards()->Add()->set_kind(v1::GUARD_KIND_FEE_DECLINED);
    return true;
  }
  return Drop(rule, v1::GUARD_KIND_VERIFIED);
}

const Mutation kMutations[] = {
    {"CollectsWithoutVerification", "access", "I2",
     [](v1::Transition& rule) {
       if (rule.trigger() == v1::TRIGGER_IDENTITY_REFUSED) {
         rule.set_to("assessing");
         rule.clear_effects();
         return true;
       }
       // What is not proved would be sent back at once.
       if (rule.trigger() == v1::TRIGGER_PROOF_LOST) {
         rule.mutable_guards()->Add()->set_kind(v1::GUARD_KIND_FEE_DECLINED);
         return true;
       }
       return rule.trigger() == v1::TRIGGER_ASSESSED && Drop(rule, v1::GUARD_KIND_VERIFIED);
     }},
    {"AnswersNobody", "deletion", "I4",
     [](v1::Transition& rule) {
       return rule.trigger() == v1::TRIGGER_WITHDRAWN && DropEffect(rule, v1::EFFECT_KIND_RESPOND);
     }},
    {"EndsBeforeRecipientsAnswer", "deletion", "I4",
     [](v1::Transition& rule) {
       return rule.to() == "closed" && Drop(rule, v1::GUARD_KIND_NOTICES_OUTSTANDING);
     }},
    {"ErasesWhatIsHeld", "deletion", "I9",
     [](v1::Transition& rule) {
       return rule.to() == "erasing" && DropEffect(rule, v1::EFFECT_KIND_COMPUTE_PLAN);
     }},
    {"ForgetsWhatIsKept", "deletion", "I9",
     [](v1::Transition& rule) {
       return rule.to() == "closed" && Drop(rule, v1::GUARD_KIND_DATA_RETAINED);
     }},
    {"ErasesWhatOthersNeed", "deletion", "I10",
     [](v1::Transition& rule) {
       if (rule.to() == "frozen" || rule.to() == "waiting") {
         rule.mutable_guards()->Add()->set_kind(v1::GUARD_KIND_FEE_DECLINED);
         return true;
       }
       return false;
     }},
    {"ApprovesItsOwnRefusal", "access", "I11",
     [](v1::Transition& rule) {
       return rule.trigger() == v1::TRIGGER_REFUSAL_APPROVED &&
              Drop(rule, v1::GUARD_KIND_SECOND_PERSON);
     }},
    {"ReviewsItsOwnDecision", "automated-decision-complaint", "I12",
     [](v1::Transition& rule) {
       return rule.trigger() == v1::TRIGGER_DECISION_REVIEWED &&
              Drop(rule, v1::GUARD_KIND_REVIEWER_INDEPENDENT);
     }},
    {"EndsAsWithdrawnWhatIsErased", "deletion", "I17",
     [](v1::Transition& rule) {
       if (rule.trigger() != v1::TRIGGER_PROOF_LOST || rule.to() != "answered") return false;
       for (v1::Effect& effect : *rule.mutable_effects()) {
         if (effect.kind() == v1::EFFECT_KIND_RESPOND) effect.set_outcome(v1::OUTCOME_WITHDRAWN);
       }
       return true;
     }},
    {"ActsOnOnePersonsApproval", "company-deletion", "I2",
     [](v1::Transition& rule) { return Drop(rule, v1::GUARD_KIND_APPROVED_BY_TWO); }},
    {"GoesOnWhenAPowerIsRevoked", "access", "I2", GoesOnUnproved, Aspect::kAgent},
    {"GoesOnWhenAWardComesOfAge", "correction", "I2", GoesOnUnproved, Aspect::kGuardian},
    {"GoesOnAfterAnAttemptThatFailed", "deletion", "I2",
     [](v1::Transition& rule) {
       // What came to nothing leads on instead of ending the request.
       if (rule.trigger() != v1::TRIGGER_IDENTITY_REFUSED) return GoesOnUnproved(rule);
       rule.set_to("assessing");
       rule.clear_effects();
       return true;
     },
     Aspect::kLevels},
    {"TakesAFeeForPaidThatIsNot", "copy", "fee",
     [](v1::Transition& rule) { return Drop(rule, v1::GUARD_KIND_FEE_OPEN); }, Aspect::kFees},
    {"RefusesSomeAlone", "access", "I11",
     [](v1::Transition& rule) {
       const auto& guards = rule.guards();
       return std::any_of(guards.begin(), guards.end(),
                          [](const v1::Guard& guard) {
                            return guard.kind() == v1::GUARD_KIND_REFUSAL_PARTIAL;
                          }) &&
              Drop(rule, v1::GUARD_KIND_SECOND_PERSON);
     },
     Aspect::kPartialRefusals},
};

class MutationTest : public ::testing::TestWithParam<Mutation> {};

TEST_P(MutationTest, IsFound) {
  const std::shared_ptr<const Rulebook> shipped = ShopRulebook(GetParam().workflow);
  v1::Workflow workflow = shipped->workflow;
  int mutated = 0;
  for (v1::Transition& rule : *workflow.mutable_transitions()) {
    if (GetParam().mutate(rule)) ++mutated;
  }
  ASSERT_GT(mutated, 0) << "the workflow has nothing to mutate";

  const Exploration found = Explore(WithWorkflow(*shipped, workflow),
                                    {.aspect = GetParam().aspect, .stops_at_violation = true});

  EXPECT_TRUE(found.violations.contains(GetParam().invariant));
}

INSTANTIATE_TEST_SUITE_P(EveryRule, MutationTest, ::testing::ValuesIn(kMutations),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace dsr
