#include <algorithm>
#include <functional>
#include <set>
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

using storage::v1::RequestRecord;

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

bool IssuesGrant(const v1::Workflow& workflow) {
  const auto& rules = workflow.transitions();
  return std::any_of(rules.begin(), rules.end(), [](const v1::Transition& rule) {
    return std::any_of(rule.effects().begin(), rule.effects().end(), [](const v1::Effect& effect) {
      return effect.kind() == v1::EFFECT_KIND_ISSUE_GRANT;
    });
  });
}

// Who may set off `trigger` from a state that `leaves` lets through.
std::set<std::string> RolesFor(const v1::Workflow& workflow, v1::Trigger trigger,
                               const std::function<bool(const v1::Transition&)>& leaves) {
  std::set<std::string> roles;
  for (const v1::Transition& rule : workflow.transitions()) {
    if (rule.trigger() == trigger && leaves(rule))
      roles.insert(rule.roles().begin(), rule.roles().end());
  }
  return roles;
}

// Now or, where nobody may now, ever.
std::set<std::string> RolesFor(const Circumstances& at, v1::Trigger trigger) {
  const v1::Workflow& workflow = at.rulebook.workflow;
  std::set<std::string> roles = RolesFor(workflow, trigger, [&](const v1::Transition& rule) {
    return LeavesFrom(rule, at.request());
  });
  return roles.empty() ? RolesFor(workflow, trigger, [](const v1::Transition&) { return true; })
                       : roles;
}

v1::AllowedAction Tell(absl::string_view action, const absl::Status& status,
                       const std::set<std::string>& roles) {
  v1::AllowedAction told;
  told.set_action(std::string(action));
  told.set_allowed(status.ok());
  for (const std::string& role : roles) told.add_roles(role);
  if (status.ok()) return told;
  if (const auto info = ErrorInfoOf(status)) told.set_reason(info->reason());
  told.set_explanation(std::string(status.message()));
  return told;
}

// Some method is always left: where no more codes are sent, a written request is.
absl::Status CheckStartVerification(const Circumstances& at, const RequestRecord&) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  const bool only_asserts = !at.actor().HasRole("intake") && !at.actor().HasRole("verifier");
  if (only_asserts && at.request().requester().relation() != v1::RELATION_SUBJECT) {
    return ActionNotAllowed(at.request(), "StartVerification",
                            "a session proves the subject and not its representative");
  }
  return absl::OkStatus();
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

// True when a verification waits for a person's or an authority's decision.
bool IsDecisionAwaited(const Circumstances& at, bool by_authority) {
  const auto& proofs = at.state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& one) {
    return one.state() == v1::Verification::STATE_PENDING &&
           one.method() != v1::VERIFICATION_METHOD_ONE_TIME_CODE &&
           at.now() < FromTimestamp(one.expire_time()) &&
           (one.method() == v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY) == by_authority;
  });
}

absl::Status CheckRecordEvidence(const Circumstances& at, const RequestRecord&) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  return IsDecisionAwaited(at, /*by_authority=*/false)
             ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "RecordEvidence", "no evidence is awaited");
}

// What is missing only keeps a verification from being passed; that it failed may be said at once.
absl::Status CheckDecideVerification(const Circumstances& at, const RequestRecord&) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  const bool is_awaited =
      (at.actor().HasRole("identity_authority") && IsDecisionAwaited(at, true)) ||
      (at.actor().HasRole("verifier") && IsDecisionAwaited(at, false));
  return is_awaited
             ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "DecideVerification", "no decision is awaited");
}

absl::Status CheckRevoke(const Circumstances& at, const RequestRecord&) {
  const auto& verifications = at.state.verifications();
  const bool any = std::any_of(
      verifications.begin(), verifications.end(),
      [](const v1::Verification& one) { return one.state() == v1::Verification::STATE_PASSED; });
  return any ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "RevokeVerification", "no verification has passed");
}

absl::Status CheckSubmitCode(const Circumstances& at, const RequestRecord&) {
  if (!IsUnanswered(at.request().phase())) return AlreadyEnded(at.request().name());
  const v1::Verification* pending = PendingCode(at.state);
  if (pending == nullptr) return ActionNotAllowed(at.request(), "SubmitCode", "no code is awaited");
  return at.now() < FromTimestamp(pending->expire_time()) ? CheckGuessesLeft(at) : CodeExpired();
}

absl::Status CheckOpen(const Circumstances& at, const RequestRecord&) {
  return at.request().phase() == v1::PHASE_CLOSED ? AlreadyEnded(at.request().name())
                                                  : absl::OkStatus();
}

absl::Status CheckFileAccess(const Circumstances& at, const RequestRecord&) {
  return IsMinor(at) ? absl::OkStatus()
                     : ActionNotAllowed(at.request(), "ApproveFileAccess",
                                        "the subject is not known as a minor, so none is needed");
}

absl::Status CheckRetryTask(const Circumstances& at, const RequestRecord& record) {
  const bool any =
      std::any_of(record.tasks().begin(), record.tasks().end(),
                  [](const v1::Task& task) { return task.state() == v1::Task::STATE_FAILED; });
  return any ? absl::OkStatus()
             : ActionNotAllowed(at.request(), "RetryTask", "no task failed for good");
}

// Allowed when some notice allows the step.
absl::Status CheckNoticeStep(const Circumstances& at, const RequestRecord& record, NoticeStep step,
                             absl::string_view action, absl::string_view otherwise) {
  const auto& notices = record.notices();
  const bool any = std::any_of(notices.begin(), notices.end(),
                               [&](const v1::Notice& notice) { return Allows(notice, step); });
  return any ? absl::OkStatus() : ActionNotAllowed(at.request(), action, otherwise);
}

absl::Status CheckRetryNotice(const Circumstances& at, const RequestRecord& record) {
  return CheckNoticeStep(at, record, NoticeStep::kRetry, "RetryNotice", "no notice failed");
}

absl::Status CheckResendNotice(const Circumstances& at, const RequestRecord& record) {
  return CheckNoticeStep(at, record, NoticeStep::kResend, "ResendNotice",
                         "no notice was delivered that is still open");
}

absl::Status CheckDecideObjection(const Circumstances& at, const RequestRecord& record) {
  return CheckNoticeStep(at, record, NoticeStep::kDecide, "DecideObjection",
                         "no objection waits for a decision");
}

absl::Status CheckRecordAnswer(const Circumstances& at, const RequestRecord& record) {
  return CheckNoticeStep(at, record, NoticeStep::kObject, "RecordNoticeAnswer",
                         "no notice is open");
}

absl::Status CheckImpossible(const Circumstances& at, const RequestRecord& record) {
  return CheckNoticeStep(at, record, NoticeStep::kDeclareImpossible, "RecordNoticeImpossible",
                         "no notice failed or is overdue");
}

// Actions that set off no transition by themselves, and who may do them by method: a test compares
// these roles with those that rpc lets through.
struct PlainAction {
  const char* action;
  std::set<std::string> roles;
  absl::Status (*check)(const Circumstances&, const RequestRecord&);
  bool only_verified = false;  // of types whose requester is verified
  bool only_company = false;   // of the company's own
  bool outlasts_the_end = false;
  bool only_granted = false;  // of types that end with a grant to download
};

const std::vector<PlainAction>& PlainActions() {
  static const auto& actions = *new std::vector<PlainAction>{
      {"StartVerification",
       {"intake", "session_asserter", "verifier"},
       CheckStartVerification,
       true},
      {"SubmitCode", {"intake", "verifier"}, CheckSubmitCode, true},
      {"RecordEvidence", {"verifier"}, CheckRecordEvidence, true},
      {"DecideVerification", {"identity_authority", "verifier"}, CheckDecideVerification, true},
      {"RevokeVerification", {"privacy_officer", "verifier"}, CheckRevoke, true, false, true},
      {"RecordAnnouncement", {"privacy_officer"}, CheckOpen, false, true},
      {"ApproveFileAccess", {"privacy_officer"}, CheckFileAccess, false, false, true},
      {"DownloadPackage",
       {"caseworker", "intake", "recipient"},
       [](const Circumstances& at, const RequestRecord&) { return CheckDownload(at); },
       false,
       false,
       true,
       true},
      {"MigrateRequest",
       {"privacy_officer"},
       [](const Circumstances& at, const RequestRecord&) { return CheckMigration(at); }},
      {"ExtendDeadline",
       {"privacy_officer"},
       [](const Circumstances& at, const RequestRecord&) { return CheckExtension(at); }},
      {"AssignRequest", {"caseworker", "privacy_officer"}, CheckOpen},
      {"HandOverRequest",
       {"caseworker", "privacy_officer"},
       [](const Circumstances& at, const RequestRecord&) { return CheckHandOver(at); }},
      {"RetryTask", {"caseworker", "operator", "privacy_officer"}, CheckRetryTask},
      {"RetryNotice", {"caseworker", "operator", "privacy_officer"}, CheckRetryNotice},
      {"ResendNotice", {"caseworker", "operator", "privacy_officer"}, CheckResendNotice},
      {"DecideObjection", {"privacy_officer"}, CheckDecideObjection},
      {"RecordNoticeAnswer", {"caseworker", "privacy_officer"}, CheckRecordAnswer},
      {"RecordNoticeImpossible", {"privacy_officer"}, CheckImpossible},
  };
  return actions;
}

v1::AllowedAction Tell(const PlainAction& plain, const Circumstances& at,
                       const RequestRecord& record) {
  const bool has_role =
      std::any_of(plain.roles.begin(), plain.roles.end(),
                  [&](const std::string& role) { return at.actor().HasRole(role); });
  if (at.request().phase() == v1::PHASE_CLOSED && !plain.outlasts_the_end)
    return Tell(plain.action, AlreadyEnded(at.request().name()), plain.roles);
  return Tell(plain.action, has_role ? plain.check(at, record) : RoleMissing(plain.action),
              plain.roles);
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
  std::vector<v1::AllowedAction> actions;
  const v1::Initiation initiation = rulebook.workflow.initiation();
  for (const PlainAction& plain : PlainActions()) {
    if (plain.only_verified && initiation != v1::INITIATION_UNSPECIFIED) continue;
    if (plain.only_company && initiation != v1::INITIATION_COMPANY) continue;
    if (plain.only_granted && !IssuesGrant(rulebook.workflow)) continue;
    actions.push_back(Tell(plain, at, record));
  }
  for (const TriggeredAction& triggered : kTriggeredActions) {
    if (!Uses(rulebook.workflow, triggered.trigger)) continue;
    absl::Status allowed = CheckAction(at, triggered.trigger, triggered.action);
    if (triggered.trigger == v1::TRIGGER_DELETION_APPROVED)
      allowed = CheckApproval(at, std::move(allowed));
    if (triggered.trigger == v1::TRIGGER_FEE_QUOTED) allowed = CheckFeeQuotable(at);
    actions.push_back(Tell(triggered.action, allowed, RolesFor(at, triggered.trigger)));
  }
  return actions;
}

}  // namespace dsr
