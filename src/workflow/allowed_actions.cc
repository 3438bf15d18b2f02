#include <algorithm>
#include <string>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "workflow/children.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/proof.h"
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
    {v1::TRIGGER_FEE_QUOTED, "QuoteFee"},
    {v1::TRIGGER_FEE_SETTLED, "SettleFee"},
    {v1::TRIGGER_CONFLICT_DECIDED, "DecideConflict"},
    {v1::TRIGGER_DELETION_APPROVED, "ApproveDeletion"},
    {v1::TRIGGER_RESTRICTION_LIFTED, "LiftRestriction"},
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

// By session where the actor asserts them, else by code for the subject itself and by written
// request for others.
absl::Status CheckStartVerification(const Circumstances& at) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  const bool is_subject = at.request().requester().relation() == v1::RELATION_SUBJECT;
  if (at.actor().HasRole("session_asserter") && is_subject) return absl::OkStatus();
  if (!HasAnyRole(at.actor(), {"intake", "verifier"})) return RoleMissing("StartVerification");
  return is_subject ? CheckCodesLeft(at) : absl::OkStatus();
}

const v1::Verification* PendingCode(const storage::v1::RequestState& state) {
  const auto& verifications = state.verifications();
  const auto found =
      std::find_if(verifications.begin(), verifications.end(), [](const v1::Verification& one) {
        return one.state() == v1::Verification::STATE_PENDING &&
               one.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
      });
  return found == verifications.end() ? nullptr : &*found;
}

// The pending verification that waits for a person's or an authority's decision, or null.
const v1::Verification* Awaited(const Circumstances& at, bool by_authority) {
  for (const v1::Verification& one : at.state.verifications()) {
    if (one.state() != v1::Verification::STATE_PENDING ||
        one.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE ||
        at.now() >= FromTimestamp(one.expire_time())) {
      continue;
    }
    if ((one.method() == v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY) == by_authority) return &one;
  }
  return nullptr;
}

absl::Status CheckRecordEvidence(const Circumstances& at) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  if (!at.actor().HasRole("verifier")) return RoleMissing("RecordEvidence");
  return Awaited(at, /*by_authority=*/false) != nullptr
             ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "RecordEvidence", "no evidence is awaited");
}

absl::Status CheckDecideVerification(const Circumstances& at) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  const bool is_authority = at.actor().HasRole("identity_authority");
  if (!is_authority && !at.actor().HasRole("verifier")) return RoleMissing("DecideVerification");
  const v1::Verification* awaited = Awaited(at, is_authority);
  if (awaited == nullptr)
    return ActionNotAllowed(at.request(), "DecideVerification", "no decision is awaited");
  const std::vector<v1::MissingProof> missing = MissingEvidence(at, *awaited);
  return missing.empty() ? absl::OkStatus() : ProofMissing(at.request(), missing);
}

absl::Status CheckRevoke(const Circumstances& at) {
  if (!HasAnyRole(at.actor(), {"verifier", "privacy_officer"}))
    return RoleMissing("RevokeVerification");
  const auto& verifications = at.state.verifications();
  const bool any = std::any_of(
      verifications.begin(), verifications.end(),
      [](const v1::Verification& one) { return one.state() == v1::Verification::STATE_PASSED; });
  return any ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "RevokeVerification", "no verification has passed");
}

absl::Status CheckSubmitCode(const Circumstances& at) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  if (!HasAnyRole(at.actor(), {"intake", "verifier"})) return RoleMissing("SubmitCode");
  const v1::Verification* pending = PendingCode(at.state);
  if (pending == nullptr) return ActionNotAllowed(at.request(), "SubmitCode", "no code is awaited");
  return at.now() < FromTimestamp(pending->expire_time()) ? absl::OkStatus() : CodeExpired();
}

absl::Status CheckAnnouncement(const Circumstances& at) {
  if (at.request().phase() == v1::PHASE_CLOSED) return AlreadyEnded(at.request().name());
  return at.actor().HasRole("privacy_officer") ? absl::OkStatus()
                                               : RoleMissing("RecordAnnouncement");
}

// What CheckAction cannot know: nobody approves twice, nor what he filed.
absl::Status CheckApproval(const Circumstances& at, absl::Status allowed) {
  if (!allowed.ok()) return allowed;
  const auto& approvers = at.request().approvers();
  const bool is_second =
      at.actor().name != at.request().filed_by() &&
      std::find(approvers.begin(), approvers.end(), at.actor().name) == approvers.end();
  return is_second ? absl::OkStatus() : SecondPersonNeeded("ApproveDeletion");
}

absl::Status CheckFileAccess(const Circumstances& at) {
  if (!at.actor().HasRole("privacy_officer")) return RoleMissing("ApproveFileAccess");
  return IsMinor(at) ? absl::OkStatus()
                     : ActionNotAllowed(at.request(), "ApproveFileAccess",
                                        "the subject is not known as a minor, so none is needed");
}

}  // namespace

std::vector<v1::MissingProof> MissingProofs(const Rulebook& rulebook,
                                            const storage::v1::RequestRecord& record,
                                            const DecisionContext& context) {
  return MissingProofs(
      Circumstances{.rulebook = rulebook, .state = record.state(), .context = context});
}

std::vector<v1::AllowedAction> AllowedActions(const Rulebook& rulebook,
                                              const storage::v1::RequestRecord& record,
                                              const DecisionContext& context) {
  const Circumstances at = {.rulebook = rulebook, .state = record.state(), .context = context};
  const v1::Request& request = record.state().request();
  std::vector<v1::AllowedAction> actions;
  if (rulebook.workflow.initiation() == v1::INITIATION_UNSPECIFIED) {
    actions.push_back(Tell("StartVerification", CheckStartVerification(at)));
    actions.push_back(Tell("SubmitCode", CheckSubmitCode(at)));
    actions.push_back(Tell("RecordEvidence", CheckRecordEvidence(at)));
    actions.push_back(Tell("DecideVerification", CheckDecideVerification(at)));
    actions.push_back(Tell("RevokeVerification", CheckRevoke(at)));
  }
  if (rulebook.workflow.initiation() == v1::INITIATION_COMPANY)
    actions.push_back(Tell("RecordAnnouncement", CheckAnnouncement(at)));
  for (const TriggeredAction& triggered : kTriggeredActions) {
    if (!Uses(rulebook.workflow, triggered.trigger)) continue;
    absl::Status allowed = CheckAction(at, triggered.trigger, triggered.action);
    if (triggered.trigger == v1::TRIGGER_DELETION_APPROVED)
      allowed = CheckApproval(at, std::move(allowed));
    actions.push_back(Tell(triggered.action, allowed));
  }
  actions.push_back(Tell("ApproveFileAccess", CheckFileAccess(at)));
  absl::Status assign =
      request.phase() == v1::PHASE_CLOSED ? AlreadyEnded(request.name()) : absl::OkStatus();
  if (assign.ok() && !HasAnyRole(context.actor, {"caseworker", "privacy_officer"}))
    assign = RoleMissing("AssignRequest");
  actions.push_back(Tell("AssignRequest", assign));
  return actions;
}

}  // namespace dsr
