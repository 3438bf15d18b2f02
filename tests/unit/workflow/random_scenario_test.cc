// Whatever is asked, in whatever order: the driver checks after each step what must always hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "testing/every_command.h"
#include "testing/request_driver.h"

namespace dsr {
namespace {

// Each is ten times slower under a sanitizer, and so few do not come everywhere.
#ifdef __SANITIZE_ADDRESS__
constexpr int kRuns = 8;
constexpr bool kComesEverywhere = false;
#else
constexpr int kRuns = 40;
constexpr bool kComesEverywhere = true;
#endif
constexpr int kSteps = 60;
// Actions are compared for all roles in one run of so many; they cost more than all the rest.
constexpr int kRunsBetweenActionChecks = 8;

// Takes the same values everywhere, which the standard's distributions do not.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

 private:
  std::mt19937 random_;
};

void DiscloseSomething(RequestDriver& request, Dice& dice) {
  const std::vector<const char*> recipients = {kPaymentProvider, kLogistics, kOverseasSeller,
                                               kAdPartner};
  const std::vector<std::string> categories = {"orders", "payments", "browsing", "addresses"};
  const char* recipient = recipients[dice.Below(recipients.size())];
  const std::string& category = categories[dice.Below(categories.size())];
  if (dice.OneIn(3)) {
    AddAuthorisedDisclosure(request.facts(), recipient, {category, "account"}, {category});
  } else {
    AddDisclosure(request.facts(), recipient, {category});
  }
}

// Others of the same subject come and go.
void ChangeSiblings(RequestDriver& request, Dice& dice) {
  auto& siblings = request.facts().siblings;
  if (siblings.empty() || dice.OneIn(3)) {
    if (siblings.size() > 3) return;
    const std::vector<std::string> types = {"access", "correction", "deletion"};
    AddSibling(request.facts(), types[dice.Below(types.size())],
               dice.OneIn(2) ? v1::RELATION_SUBJECT : v1::RELATION_GUARDIAN);
    return;
  }
  v1::Request& sibling = *siblings[dice.Below(siblings.size())].mutable_request();
  sibling.set_phase(v1::PHASE_CLOSED);
  sibling.mutable_response()->set_outcome(dice.OneIn(2) ? v1::OUTCOME_FULFILLED
                                                        : v1::OUTCOME_WITHDRAWN);
}

// Mostly minutes, now and then days, rarely years.
absl::Duration SomeTime(Dice& dice) {
  if (dice.OneIn(50)) return absl::Hours(24 * 400);
  if (dice.OneIn(8)) return absl::Hours(static_cast<int>(dice.Below(24 * 6)));
  return absl::Minutes(static_cast<int>(dice.Below(5)));
}

// The way to the answer is long: with chance alone few would get there.
void HelpAlong(RequestDriver& request) {
  const storage::v1::RequestRecord present = request.record();
  for (const v1::Task& task : present.tasks()) {
    if (task.state() != v1::Task::STATE_OPEN) continue;
    if (task.system() == "systems/dsrd") {
      request.BuildPackage(task.kind());
      continue;
    }
    (void)request.Complete(task, RequestDriver::UsualResult(task));
  }
  for (int i = 0; i < request.request().correction().fields_size(); ++i) {
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(v1::FIELD_DECISION_ACCEPTED);
    (void)request.Do(decide, Caseworker());
  }
  (void)request.Do(AssessRequest(), Caseworker());
  (void)request.Do(ConfirmPlan(), Caseworker());
  ReviewDecision review;
  review.reviewed.set_outcome(v1::REVIEW_OUTCOME_OVERTURNED);
  (void)request.Do(review, Reviewer());
  (void)request.Do(DecideConflict(), PrivacyOfficer());
  (void)request.Do(ApproveDeletion(), Caseworker());
  (void)request.Do(ApproveDeletion(), OtherCaseworker());
  (void)request.Do(LiftRestriction(), PrivacyOfficer());
  (void)request.Do(RespondToRequest(), PrivacyOfficer());
  (void)request.Do(RespondToRequest(), Caseworker());
  (void)request.Do(BeginDownload(), Intake());
}

constexpr int kRunsBetweenRefusals = 4;

ProposeRefusal Refusal() {
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  return refusal;
}

QuoteFee Quote() {
  QuoteFee quote;
  quote.quoted.set_amount_cents(2000);
  quote.quoted.set_currency("CNY");
  quote.quoted.set_ground(v1::FEE_GROUND_UNREASONABLE);
  return quote;
}

class RandomTest : public ::testing::TestWithParam<std::tuple<std::string, unsigned>> {};

TEST_P(RandomTest, NoSequenceOfCommandsBreaksWhatMustAlwaysHold) {
  const auto& [workflow, seed] = GetParam();
  std::set<std::string> visited;
  for (int run = 0; run < kRuns && !HasFailure(); ++run) {
    const unsigned run_seed = seed + static_cast<unsigned>(run);
    SCOPED_TRACE("seed " + std::to_string(run_seed));
    Dice dice(run_seed);
    RequestDriver request(workflow);
    request.set_checks_actions(run % kRunsBetweenActionChecks == 0);
    const bool files_again = dice.OneIn(8);
    if (files_again) AddSibling(request.facts(), workflow, v1::RELATION_SUBJECT);
    request.FileUsual();
    const bool verifies = request.rulebook().workflow.initiation() == v1::INITIATION_UNSPECIFIED;
    if (verifies && (files_again || !dice.OneIn(4))) request.Verify();
    // Chance seldom comes to what one person must do before the rest goes on.
    if (run % kRunsBetweenRefusals == 0) (void)request.Do(Refusal(), Caseworker());
    if (run % kRunsBetweenRefusals == 1) (void)request.Do(Quote(), Caseworker());
    for (int step = 0; step < kSteps && !HasFailure(); ++step) {
      request.Advance(SomeTime(dice));
      if (dice.OneIn(6)) DiscloseSomething(request, dice);
      if (dice.OneIn(6)) ChangeSiblings(request, dice);
      if (dice.OneIn(7)) HelpAlong(request);
      const std::vector<Command> commands = EveryCommand(request);
      const std::vector<Actor> actors = EveryActor();
      const Command& command = commands[dice.Below(commands.size())];
      // Too many would keep every run from getting anywhere.
      if (std::holds_alternative<RevokeVerification>(command) && !dice.OneIn(8)) continue;
      (void)request.Do(command, actors[dice.Below(actors.size())]);
    }
    visited.insert(request.events()[0].request_filed().state());
    for (const storage::v1::Event& event : request.events()) {
      if (event.has_state_changed()) visited.insert(event.state_changed().to());
    }
  }
  if (!kComesEverywhere) return;
  const std::shared_ptr<const Rulebook> rulebook = ShopRulebook(workflow);
  for (const v1::State& state : rulebook->workflow.states()) {
    EXPECT_TRUE(visited.contains(state.name())) << "no run came to " << state.name();
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, RandomTest,
                         ::testing::Combine(::testing::ValuesIn(ShopWorkflows()),
                                            ::testing::Values(20260302u)),
                         [](const auto& info) {
                           std::string name = std::get<0>(info.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name + "_seed_" + std::to_string(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace dsr
