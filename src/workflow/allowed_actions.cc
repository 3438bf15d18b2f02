#include <algorithm>
#include <string>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "workflow/machine.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

struct TriggeredAction {
  v1::Trigger trigger;
  const char* action;
};

constexpr TriggeredAction kTriggeredActions[] = {
    {v1::TRIGGER_ASSESSED, "AssessRequest"},          {v1::TRIGGER_FIELD_DECIDED, "DecideField"},
    {v1::TRIGGER_PLAN_CONFIRMED, "ConfirmPlan"},      {v1::TRIGGER_BLOCKERS_CLEARED, "ResolveBlocker"},
    {v1::TRIGGER_REFUSAL_PROPOSED, "ProposeRefusal"}, {v1::TRIGGER_REFUSAL_APPROVED, "ApproveRefusal"},
    {v1::TRIGGER_REFUSAL_REJECTED, "RejectRefusal"},  {v1::TRIGGER_DECISION_REVIEWED, "ReviewDecision"},
    {v1::TRIGGER_WITHDRAWN, "WithdrawRequest"},       {v1::TRIGGER_RESPONDED, "RespondToRequest"},
};

bool Uses(const v1::Workflow& workflow, v1::Trigger trigger) {
  return std::any_of(workflow.transitions().begin(), workflow.transitions().end(),
                     [&](const v1::Transition& transition) { return transition.trigger() == trigger; });
}

bool HasAnyRole(const Actor& actor, std::initializer_list<absl::string_view> roles) {
  return std::any_of(roles.begin(), roles.end(), [&](absl::string_view role) { return actor.HasRole(role); });
}

v1::AllowedAction Tell(absl::string_view action, const absl::Status& status) {
  v1::AllowedAction told;
  told.set_action(std::string(action));
  told.set_allowed(status.ok());
  if (status.ok()) return told;
  if (const auto info = ErrorInfoOf(status)) told.set_reason(info->reason());
  told.set_explanation(std::string(status.message()));
  return told;
}

absl::Status CheckVerification(const v1::Request& request, const Actor& actor, bool submitting, bool pending) {
  if (!IsUnanswered(request.phase())) return AlreadyEnded(request.name());
  if (submitting ? !HasAnyRole(actor, {"intake", "verifier"})
                 : !HasAnyRole(actor, {"intake", "verifier", "session_asserter"})) {
    return RoleMissing(submitting ? "SubmitCode" : "StartVerification");
  }
  if (submitting && !pending) return ActionNotAllowed(request, "SubmitCode", "no code is awaited");
  return absl::OkStatus();
}

}  // namespace

std::vector<v1::AllowedAction> AllowedActions(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                                              const DecisionContext& context) {
  const v1::Request& request = record.state().request();
  const auto& verifications = record.state().verifications();
  const bool pending = std::any_of(verifications.begin(), verifications.end(), [](const v1::Verification& verification) {
    return verification.state() == v1::Verification::STATE_PENDING;
  });
  std::vector<v1::AllowedAction> actions;
  actions.push_back(Tell("StartVerification", CheckVerification(request, context.actor, false, pending)));
  actions.push_back(Tell("SubmitCode", CheckVerification(request, context.actor, true, pending)));
  for (const TriggeredAction& triggered : kTriggeredActions) {
    if (!Uses(rulebook.workflow, triggered.trigger)) continue;
    actions.push_back(Tell(triggered.action, CheckAction(rulebook, record.state(), triggered.trigger, triggered.action,
                                                         context.actor, context.now)));
  }
  absl::Status assign = request.phase() == v1::PHASE_CLOSED ? AlreadyEnded(request.name()) : absl::OkStatus();
  if (assign.ok() && !HasAnyRole(context.actor, {"caseworker", "privacy_officer"})) assign = RoleMissing("AssignRequest");
  actions.push_back(Tell("AssignRequest", assign));
  return actions;
}

}  // namespace dsr
