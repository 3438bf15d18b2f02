#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/proof.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

constexpr char kTooLateTemplate[] = "withdrawal-too-late";

absl::Status Check(const Deciding& deciding, v1::Trigger trigger, absl::string_view action) {
  return CheckAction(deciding.circumstances(), trigger, action);
}

// Checks, records what the person did, and takes the transition.
absl::Status Act(Deciding& deciding, v1::Trigger trigger, absl::string_view action, Event event) {
  DSR_RETURN_IF_ERROR(Check(deciding, trigger, action));
  deciding.EmitContent(std::move(event));
  if (!TakeTransition(deciding, trigger)) {
    return ActionNotAllowed(deciding.request(), action,
                            "a condition of its workflow does not hold");
  }
  return absl::OkStatus();
}

// Whoever asked is told so itself, not only the tool that passed it on; once (I17 of
// RELIABILITY.md).
void TellThatItIsTooLate(Deciding& deciding) {
  const auto& templates = deciding.rulebook().templates.templates();
  const auto& messages = deciding.record().messages();
  const bool can_tell = std::any_of(templates.begin(), templates.end(), [](const auto& known) {
    return known.id() == kTooLateTemplate;
  });
  const bool was_told = std::any_of(messages.begin(), messages.end(), [](const auto& message) {
    return message.template_() == kTooLateTemplate;
  });
  if (!can_tell || was_told || deciding.request().has_response()) return;
  deciding.KeepEventsWhenRejected();
  QueueMessage(deciding, kTooLateTemplate, /*to_requester=*/true);
}

// An account is closed with all its data (PIPL 47), and an answer in words has no categories.
bool IsServedByCategory(const v1::Workflow& workflow) {
  const auto& rules = workflow.transitions();
  return workflow.initiation() == v1::INITIATION_UNSPECIFIED &&
         std::none_of(rules.begin(), rules.end(), [](const v1::Transition& rule) {
           return std::any_of(rule.effects().begin(), rule.effects().end(),
                              [](const v1::Effect& effect) {
                                return effect.task_kind() == v1::TASK_KIND_CLOSE_ACCOUNT;
                              });
         });
}

// The policy lets so many requests pass; within them none is a repetition (policy 4(7)).
absl::Status CheckRepeated(const Rulebook& rulebook, const v1::Request& request) {
  const auto& rules = rulebook.policy.repeats();
  const bool is_counted = std::any_of(rules.begin(), rules.end(), [&](const v1::RepeatRule& rule) {
    return rule.type() == request.type();
  });
  if (!is_counted || request.repeated()) return absl::OkStatus();
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "ground",
                        "must not be REPEATED: the policy lets as many requests of this type pass");
}

// A partial refusal is of some categories that are still to be served, and leaves some.
absl::Status CheckRefusedCategories(const Rulebook& rulebook, const v1::Request& request,
                                    const storage::v1::RefusalProposed& proposed) {
  if (proposed.categories().empty()) return absl::OkStatus();
  if (!IsServedByCategory(rulebook.workflow)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "categories",
                          "a request of this type is carried out as a whole or not at all; to "
                          "refuse it, name none");
  }
  std::set<std::string> left = CategoriesToServe(request);
  for (const std::string& category : proposed.categories()) {
    if (left.erase(category) > 0) continue;
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "categories",
                          "must be categories of the request, each once, that are not refused yet");
  }
  if (!left.empty()) return absl::OkStatus();
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "categories",
                        "must leave one out; to refuse them all, name none");
}

// Whoever is right gets what he is owed: a complaint that finds a decision wrong says what is done
// now, and by which request if by one.
absl::Status CheckRemedy(const Deciding& deciding, const storage::v1::DecisionReviewed& reviewed) {
  const bool is_complaint = deciding.rulebook().workflow.details() == v1::DETAILS_KIND_COMPLAINT;
  const bool stands = reviewed.outcome() == v1::REVIEW_OUTCOME_UPHELD;
  if (!is_complaint || stands) {
    if (!reviewed.remedied() && reviewed.remedy_request().empty()) return absl::OkStatus();
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID,
                          reviewed.remedied() ? "remedy" : "remedy_request",
                          "is only for a complaint that is CHANGED or OVERTURNED");
  }
  if (!reviewed.remedied()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "remedy",
                          "is required where the decision does not stand: say what is done now");
  }
  const std::string& name = reviewed.remedy_request();
  const auto& siblings = deciding.facts().siblings;
  const bool is_known = name.empty() || std::any_of(siblings.begin(), siblings.end(),
                                                    [&](const storage::v1::RequestState& sibling) {
                                                      return sibling.request().name() == name;
                                                    });
  return is_known ? absl::OkStatus()
                  : MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "remedy_request",
                                   "must be another request of the same subject");
}

constexpr char kPrivacyOfficer[] = "privacy_officer";

absl::Status CheckAssignee(const Deciding& deciding, absl::string_view action,
                           bool lacks_childrens_role) {
  if (!lacks_childrens_role || !IsMinor(deciding.circumstances())) return absl::OkStatus();
  return ActionNotAllowed(deciding.request(), action,
                          "the subject is a minor, and the assignee has not the role "
                          "children_privacy");
}

Event RefusalDecision(bool approved) {
  Event event;
  event.mutable_refusal_decided()->set_approved(approved);
  return event;
}

}  // namespace

absl::Status Handle(Deciding& deciding, const AssessRequest&) {
  Event event;
  event.mutable_request_assessed();
  return Act(deciding, v1::TRIGGER_ASSESSED, "AssessRequest", std::move(event));
}

absl::Status Handle(Deciding& deciding, const DecideField& command) {
  DSR_RETURN_IF_ERROR(Check(deciding, v1::TRIGGER_FIELD_DECIDED, "DecideField"));
  if (command.decided.index() < 0 ||
      command.decided.index() >= deciding.request().correction().fields_size()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "index",
                          "must be the place of a field of this correction");
  }
  if (command.decided.decision() != v1::FIELD_DECISION_ACCEPTED &&
      command.decided.decision() != v1::FIELD_DECISION_REJECTED) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "decision",
                          "must be ACCEPTED or REJECTED");
  }
  const std::string& category =
      deciding.request().correction().fields(command.decided.index()).category();
  if (command.decided.decision() == v1::FIELD_DECISION_ACCEPTED &&
      !CategoriesToServe(deciding.request()).contains(category)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "decision",
                          "must not be ACCEPTED: the field's category is refused");
  }
  Event event;
  *event.mutable_field_decided() = command.decided;
  return Act(deciding, v1::TRIGGER_FIELD_DECIDED, "DecideField", std::move(event));
}

absl::Status Handle(Deciding& deciding, const ConfirmPlan&) {
  Event event;
  event.mutable_plan_confirmed();
  return Act(deciding, v1::TRIGGER_PLAN_CONFIRMED, "ConfirmPlan", std::move(event));
}

absl::Status Handle(Deciding& deciding, const ClearBlockers&) {
  Event event;
  event.mutable_blockers_cleared();
  return Act(deciding, v1::TRIGGER_BLOCKERS_CLEARED, "ResolveBlocker", std::move(event));
}

absl::Status Handle(Deciding& deciding, const ProposeRefusal& command) {
  if (command.proposed.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
      !v1::RefusalGround_IsValid(command.proposed.ground())) {
    return MakeFieldError(v1::ERROR_REASON_GROUND_MISSING, "ground",
                          "must be a listed ground of refusal");
  }
  if (command.proposed.ground() == v1::REFUSAL_GROUND_NOT_VERIFIED &&
      IsProved(deciding.circumstances(), deciding.rulebook().workflow.least_level()) &&
      deciding.rulebook().workflow.initiation() == v1::INITIATION_UNSPECIFIED) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "ground",
                          "must not be NOT_VERIFIED: the requester is verified");
  }
  if (command.proposed.ground() == v1::REFUSAL_GROUND_REPEATED)
    DSR_RETURN_IF_ERROR(CheckRepeated(deciding.rulebook(), deciding.request()));
  DSR_RETURN_IF_ERROR(
      CheckRefusedCategories(deciding.rulebook(), deciding.request(), command.proposed));
  Event event;
  *event.mutable_refusal_proposed() = command.proposed;
  return Act(deciding, v1::TRIGGER_REFUSAL_PROPOSED, "ProposeRefusal", std::move(event));
}

absl::Status Handle(Deciding& deciding, const ApproveRefusal&) {
  return Act(deciding, v1::TRIGGER_REFUSAL_APPROVED, "ApproveRefusal", RefusalDecision(true));
}

absl::Status Handle(Deciding& deciding, const RejectRefusal&) {
  return Act(deciding, v1::TRIGGER_REFUSAL_REJECTED, "RejectRefusal", RefusalDecision(false));
}

absl::Status Handle(Deciding& deciding, const ReviewDecision& command) {
  if (command.reviewed.outcome() == v1::REVIEW_OUTCOME_UNSPECIFIED ||
      !v1::ReviewOutcome_IsValid(command.reviewed.outcome())) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "outcome",
                          "must be UPHELD, CHANGED or OVERTURNED");
  }
  DSR_RETURN_IF_ERROR(Check(deciding, v1::TRIGGER_DECISION_REVIEWED, "ReviewDecision"));
  DSR_RETURN_IF_ERROR(CheckRemedy(deciding, command.reviewed));
  Event event;
  *event.mutable_decision_reviewed() = command.reviewed;
  return Act(deciding, v1::TRIGGER_DECISION_REVIEWED, "ReviewDecision", std::move(event));
}

absl::Status Handle(Deciding& deciding, const WithdrawRequest&) {
  Event event;
  event.mutable_request_withdrawn();
  absl::Status status = Act(deciding, v1::TRIGGER_WITHDRAWN, "WithdrawRequest", std::move(event));
  if (ReasonOf(status) == v1::ERROR_REASON_POINT_OF_NO_RETURN) TellThatItIsTooLate(deciding);
  return status;
}

absl::Status Handle(Deciding& deciding, const RespondToRequest&) {
  DSR_RETURN_IF_ERROR(Check(deciding, v1::TRIGGER_RESPONDED, "RespondToRequest"));
  deciding.LetAnswerTakeContent();
  if (!TakeTransition(deciding, v1::TRIGGER_RESPONDED)) {
    return ActionNotAllowed(deciding.request(), "RespondToRequest",
                            "a condition of its workflow does not hold");
  }
  return absl::OkStatus();
}

void TellWhoseItWas(const v1::Request& request, storage::v1::RequestAssigned& assigned) {
  assigned.set_former_assignee(request.assignee());
  assigned.set_former_team(request.team());
}

absl::Status Handle(Deciding& deciding, const AssignRequest& command) {
  if (deciding.request().phase() == v1::PHASE_CLOSED)
    return AlreadyEnded(deciding.request().name());
  DSR_RETURN_IF_ERROR(command.obstacle);
  DSR_RETURN_IF_ERROR(CheckAssignee(deciding, "AssignRequest", command.lacks_childrens_role));
  Event event;
  event.mutable_request_assigned()->set_assignee(command.assignee);
  event.mutable_request_assigned()->set_team(command.team);
  TellWhoseItWas(deciding.request(), *event.mutable_request_assigned());
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status CheckHandOver(const Circumstances& at) {
  const v1::Request& request = at.request();
  if (request.phase() == v1::PHASE_CLOSED) return AlreadyEnded(request.name());
  return request.assignee() == at.actor().name || at.actor().HasRole(kPrivacyOfficer)
             ? absl::OkStatus()
             : ActionNotAllowed(request, "HandOverRequest",
                                "it is not yours; AssignRequest takes it, or gives it to somebody");
}

absl::Status Handle(Deciding& deciding, const HandOverRequest& command) {
  DSR_RETURN_IF_ERROR(CheckHandOver(deciding.circumstances()));
  DSR_RETURN_IF_ERROR(command.obstacle);
  DSR_RETURN_IF_ERROR(CheckAssignee(deciding, "HandOverRequest", command.lacks_childrens_role));
  if (command.assigned.assignee() == deciding.request().assignee()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "assignee",
                          "must be somebody else than who works on it now");
  }
  Event event;
  *event.mutable_request_assigned() = command.assigned;
  TellWhoseItWas(deciding.request(), *event.mutable_request_assigned());
  deciding.EmitContent(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
