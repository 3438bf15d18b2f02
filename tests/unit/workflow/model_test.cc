#include "unit/workflow/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

struct ModelRun {
  std::string name;
  std::string workflow;
  Aspect aspect;
  // Above what the shipped definitions ask for: a code is not enough.
  v1::AssuranceLevel least_level = v1::ASSURANCE_LEVEL_UNSPECIFIED;
};

void PrintTo(const ModelRun& run, std::ostream* out) { *out << run.name; }

std::vector<ModelRun> RunsOf(Aspect aspect, const char* name,
                             const std::vector<std::string>& workflows) {
  std::vector<ModelRun> runs;
  for (const std::string& workflow : workflows) {
    std::string word = absl::StrCat(name, "_", workflow);
    std::replace(word.begin(), word.end(), '-', '_');
    runs.push_back({word, workflow, aspect});
  }
  return runs;
}

std::vector<ModelRun> RunsOfLevels() {
  std::vector<ModelRun> runs =
      RunsOf(Aspect::kLevels, "Levels", {"access", "deletion", "correction", "consent-change"});
  runs.push_back(
      {"Levels_access_stepped_up", "access", Aspect::kLevels, v1::ASSURANCE_LEVEL_DOCUMENT});
  return runs;
}

std::shared_ptr<const Rulebook> RulebookOf(const ModelRun& run) {
  auto rulebook = std::make_shared<Rulebook>(*ShopRulebook(run.workflow));
  if (run.least_level != v1::ASSURANCE_LEVEL_UNSPECIFIED)
    rulebook->workflow.set_least_level(run.least_level);
  if (run.aspect == Aspect::kLevels) {
    // That they run out is seen as well of a few as of five.
    rulebook->policy.mutable_verification()->set_attempts(2);
    rulebook->policy.mutable_verification()->set_sends(3);
  }
  return rulebook;
}

class ModelTest : public ::testing::TestWithParam<ModelRun> {};

// What the aspect is about must have been come to; else its moves are refused for some other
// reason.
std::set<v1::Outcome> OutcomesOf(Aspect aspect) {
  switch (aspect) {
    case Aspect::kAgent:
    case Aspect::kGuardian:
    case Aspect::kLevels:
      return {v1::OUTCOME_NOT_VERIFIED};
    case Aspect::kFees:
      return {v1::OUTCOME_FEE_NOT_PAID};
    case Aspect::kPartialRefusals:
      return {v1::OUTCOME_REFUSED};
    default:
      return {};
  }
}

// All states of a workflow but the first, where it begins. What links needs another request.
std::set<std::string> StatesComeToIn(const ModelRun& run) {
  std::set<std::string> names;
  const v1::Workflow& workflow = ShopRulebook(run.workflow)->workflow;
  for (const v1::State& state : workflow.states()) {
    const Aspect comes_to_it = state.name() == "linked" ? Aspect::kBeside : Aspect::kWork;
    if (run.aspect == comes_to_it) names.insert(state.name());
  }
  names.erase(workflow.states(0).name());
  return names;
}

TEST_P(ModelTest, KeepsItsInvariantsInEveryStateThatCanBeReached) {
  const Exploration found =
      Explore(RulebookOf(GetParam()), {.aspect = GetParam().aspect, .checks_actions = true});
  std::cout << GetParam().name << ": " << found.states << " states, " << found.transitions
            << " transitions\n";

  EXPECT_TRUE(found.is_complete) << "cut off, it proves nothing";
  for (const v1::Outcome outcome : OutcomesOf(GetParam().aspect))
    EXPECT_TRUE(found.outcomes.contains(outcome)) << v1::Outcome_Name(outcome) << " is not reached";
  if (GetParam().aspect != Aspect::kWork && GetParam().aspect != Aspect::kLapses &&
      GetParam().aspect != Aspect::kBeside) {
    EXPECT_TRUE(found.outcomes.contains(v1::OUTCOME_FULFILLED) ||
                found.outcomes.contains(v1::OUTCOME_PARTLY_FULFILLED))
        << "nothing is ever done";
  }
  for (const std::string& state : StatesComeToIn(GetParam()))
    EXPECT_TRUE(found.visited.contains(state)) << "no way leads to " << state;
  for (const auto& [invariant, way] : found.violations) {
    ADD_FAILURE() << invariant << " is broken on the way" << way;
  }
}

std::string NameOfRun(const ::testing::TestParamInfo<ModelRun>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Work, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kWork, "Work", ShopWorkflows())),
                         NameOfRun);
INSTANTIATE_TEST_SUITE_P(Lapses, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kLapses, "Lapses", ShopWorkflows())),
                         NameOfRun);
INSTANTIATE_TEST_SUITE_P(Beside, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kBeside, "Beside", ShopWorkflows())),
                         NameOfRun);
// Those that are left out differ from `access` in nothing that the aspect is about.
INSTANTIATE_TEST_SUITE_P(Agent, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kAgent, "Agent",
                                                    {"access", "deletion", "correction",
                                                     "account-cancellation", "consent-change",
                                                     "restriction", "transfer"})),
                         NameOfRun);
INSTANTIATE_TEST_SUITE_P(Guardian, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kGuardian, "Guardian",
                                                    {"access", "deletion", "correction"})),
                         NameOfRun);
INSTANTIATE_TEST_SUITE_P(Levels, ModelTest, ::testing::ValuesIn(RunsOfLevels()), NameOfRun);
INSTANTIATE_TEST_SUITE_P(Fees, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kFees, "Fees",
                                                    {"access", "copy", "transfer"})),
                         NameOfRun);
INSTANTIATE_TEST_SUITE_P(PartialRefusals, ModelTest,
                         ::testing::ValuesIn(RunsOf(Aspect::kPartialRefusals, "PartialRefusals",
                                                    {"access", "deletion", "correction",
                                                     "restriction", "other-right"})),
                         NameOfRun);

}  // namespace
}  // namespace dsr
