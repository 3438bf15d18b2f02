// What a scenario's company records: who received what, what was agreed to, what is held, who took
// over from whom.
#include <utility>

#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "scenarios/scenario_runner.h"

namespace dsr {

absl::Status ScenarioRunner::Disclose(v1::Disclosure disclosure) {
  if (disclosure.subject_account().empty())
    disclosure.set_subject_account(account_.empty() ? "account-1" : account_);
  disclosure.set_purpose("delivery");
  disclosure.set_method("api");
  disclosure.set_basis("contract");
  *disclosure.mutable_disclose_time() = ToTimestamp(world_.clock.Now());
  v1::BatchCreateDisclosuresRequest in;
  *in.add_disclosures() = disclosure;
  return World::Wait([&](ExecutionDone done) {
           world_.registry->BatchCreateDisclosures(in, world_.As("registrar"), std::move(done));
         })
      .status();
}

absl::Status ScenarioRunner::Consent(v1::Consent consent) {
  const std::string label = consent.name();
  consent.clear_name();
  consent.set_subject_account(account_.empty() ? "account-1" : account_);
  consent.set_evidence("tick box");
  *consent.mutable_give_time() = ToTimestamp(world_.clock.Now());
  v1::BatchCreateConsentsRequest in;
  *in.add_consents() = consent;
  DSR_ASSIGN_OR_RETURN(const ExecutionResult result, World::Wait([&](ExecutionDone done) {
                         world_.registry->BatchCreateConsents(in, world_.As("registrar"),
                                                              std::move(done));
                       }));
  v1::BatchCreateConsentsResponse response;
  response.ParseFromString(result.answer);
  consents_[label] = response.consents(0).name();
  return absl::OkStatus();
}

absl::Status ScenarioRunner::PlaceHold(v1::Hold hold) {
  hold.set_subject_account(account_);
  hold.set_reason("a matter");
  if (hold.law().empty()) hold.set_law("Civil Procedure Law, article 67");
  if (hold.ground() == v1::HOLD_GROUND_UNSPECIFIED) hold.set_ground(v1::HOLD_GROUND_LAWSUIT);
  v1::PlaceHoldRequest in;
  *in.mutable_hold() = hold;
  DSR_ASSIGN_OR_RETURN(const ExecutionResult result, World::Wait([&](ExecutionDone done) {
                         world_.holds->Place(in, world_.As("oscar"), std::move(done));
                       }));
  v1::Hold placed;
  placed.ParseFromString(result.answer);
  holds_.push_back(placed.name());
  return absl::OkStatus();
}

absl::Status ScenarioRunner::LiftHolds() {
  for (const std::string& name : holds_) {
    v1::LiftHoldRequest in;
    in.set_name(name);
    DSR_RETURN_IF_ERROR(World::Wait([&](ExecutionDone done) {
                          world_.holds->Lift(in, world_.As("oscar"), std::move(done));
                        }).status());
  }
  holds_.clear();
  return absl::OkStatus();
}

absl::Status ScenarioRunner::Succeed(const testing::v1::Succession& succession) {
  v1::UpdateRecipientRequest in;
  in.mutable_recipient()->set_name(succession.recipient());
  in.mutable_recipient()->set_successor(succession.successor());
  DSR_RETURN_IF_ERROR(World::Wait([&](ExecutionDone done) {
                        world_.registry->UpdateRecipient(in, world_.As("operator"),
                                                         std::move(done));
                      }).status());
  // As NoticeMover does soon after.
  for (const auto& [label, id] : requests_) {
    DSR_RETURN_IF_ERROR(world_.executor
                            ->ExecuteAndWait(PlannedCommand{.request = id, .command = Reconsider{}},
                                             CallContext{.principal = EnginePrincipal()})
                            .status());
  }
  return absl::OkStatus();
}

absl::Status ScenarioRunner::Register(const v1::Recipient& recipient) {
  v1::UpdateRecipientRequest in;
  *in.mutable_recipient() = recipient;
  return World::Wait([&](ExecutionDone done) {
           world_.registry->UpdateRecipient(in, world_.As("operator"), std::move(done));
         })
      .status();
}

absl::Status ScenarioRunner::Remove(const std::string& recipient) {
  v1::DeleteRecipientRequest in;
  in.set_name(recipient);
  return World::Wait([&](ExecutionDone done) {
           world_.registry->DeleteRecipient(in, world_.As("operator"), std::move(done));
         })
      .status();
}

absl::Status ScenarioRunner::Merge(const testing::v1::AccountMerge& merge) {
  v1::MergeAccountsRequest in;
  in.set_subject_account(merge.account());
  in.set_into_account(merge.into());
  return World::Wait([&](ExecutionDone done) {
           world_.registry->MergeAccounts(in, world_.As("registrar"), std::move(done));
         })
      .status();
}

}  // namespace dsr
