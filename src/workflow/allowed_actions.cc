#include <algorithm>
#include <string>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "workflow/children.h"
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
    {v1::TRIGGER_ASSESSED, "AssessRequest"},
    {v1::TRIGGER_FIELD_DECIDED, "DecideField"},
    {v1::TRIGGER_PLAN_CONFIRMED, "ConfirmPlan"},
    {v1::TRIGGER_BLOCKERS_CLEARED, "ResolveBlocker"},
    {v1::TRIGGER_REFUSAL_PROPOSED, "ProposeRefusal"},
    {v1::TRIGGER_REFUSAL_APPROVED, "ApproveRefusal"},
    {v1::TRIGGER_REFUSAL_REJECTED, "RejectRefusal"},
    {v1::TRIGGER_DECISION_REVIEWED, "ReviewDecision"},
    {v1::TRIGGER_WITHDRAWN, "WithdrawRequest"},
    {v1::TRIGGER_RESPONDED, "RespondToRequest"},
};

bool Uses(const v1::Workflow& workflow, v1::Trigger trigger) {
  return std::any_of(
      workflow.transitions().begin(), workflow.transitions().end(),
      [&](const v1::Transition& transition) { return transition.trigger() == trigger; });
}

bool HasAnyRole(const Actor& actor, std::initializer_list<absl::string_view> roles) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](absl::string_view role) { return actor.HasRole(role); });
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

absl::Status CheckStartVerification(const Rulebook& rulebook,
                                    const storage::v1::RequestState& state, const Actor& actor) {
  if (!IsUnanswered(state.request().phase())) return AlreadyEnded(state.request().name());
  if (actor.HasRole("session_asserter")) return absl::OkStatus();
  if (!HasAnyRole(actor, {"intake", "verifier"})) return RoleMissing("StartVerification");
  const bool codes_are_left = CodesSent(state) < rulebook.policy.verification().sends();
  return codes_are_left ? absl::OkStatus() : AttemptsExhausted("codes");
}

absl::Status CheckSubmitCode(const storage::v1::RequestState& state,
                             const DecisionContext& context) {
  if (!IsUnanswered(state.request().phase())) return AlreadyEnded(state.request().name());
  if (!HasAnyRole(context.actor, {"intake", "verifier"})) return RoleMissing("SubmitCode");
  const auto& verifications = state.verifications();
  const auto pending = std::find_if(
      verifications.begin(), verifications.end(), [](const v1::Verification& verification) {
        return verification.state() == v1::Verification::STATE_PENDING;
      });
  if (pending == verifications.end())
    return ActionNotAllowed(state.request(), "SubmitCode", "no code is awaited");
  return context.now < FromTimestamp(pending->expire_time()) ? absl::OkStatus() : CodeExpired();
}

}  // namespace

std::vector<v1::AllowedAction> AllowedActions(const Rulebook& rulebook,
                                              const storage::v1::RequestRecord& record,
                                              const DecisionContext& context) {
  const v1::Request& request = record.state().request();
  std::vector<v1::AllowedAction> actions;
  actions.push_back(
      Tell("StartVerification", CheckStartVerification(rulebook, record.state(), context.actor)));
  actions.push_back(Tell("SubmitCode", CheckSubmitCode(record.state(), context)));
  for (const TriggeredAction& triggered : kTriggeredActions) {
    if (!Uses(rulebook.workflow, triggered.trigger)) continue;
    actions.push_back(
        Tell(triggered.action, CheckAction(rulebook, record.state(), triggered.trigger,
                                           triggered.action, context.actor, context.now)));
  }
  absl::Status assign =
      request.phase() == v1::PHASE_CLOSED ? AlreadyEnded(request.name()) : absl::OkStatus();
  if (assign.ok() && !HasAnyRole(context.actor, {"caseworker", "privacy_officer"}))
    assign = RoleMissing("AssignRequest");
  actions.push_back(Tell("AssignRequest", assign));
  return actions;
}

}  // namespace dsr
