#include <algorithm>
#include <string>
#include <utility>

#include "dsr/base/status_macros.h"
#include "workflow/handlers.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

}  // namespace

absl::Status Handle(Deciding& deciding, const ApproveDeletion&) {
  DSR_RETURN_IF_ERROR(
      CheckAction(deciding.circumstances(), v1::TRIGGER_DELETION_APPROVED, "ApproveDeletion"));
  const std::string& actor = deciding.context().actor.name;
  const auto& approvers = deciding.request().approvers();
  if (actor == deciding.request().filed_by() ||
      std::find(approvers.begin(), approvers.end(), actor) != approvers.end()) {
    return SecondPersonNeeded("ApproveDeletion");
  }
  Event event;
  event.mutable_deletion_approved();
  deciding.Emit(std::move(event));
  TakeTransition(deciding, v1::TRIGGER_DELETION_APPROVED);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecordAnnouncement& command) {
  if (deciding.rulebook().workflow.initiation() != v1::INITIATION_COMPANY) {
    return ActionNotAllowed(deciding.request(), "RecordAnnouncement",
                            "only deletions on the company's own motion are announced");
  }
  if (deciding.request().phase() == v1::PHASE_CLOSED)
    return AlreadyEnded(deciding.request().name());
  Event event;
  event.mutable_announcement_recorded()->set_announcement(command.announcement);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const LiftRestriction& command) {
  DSR_RETURN_IF_ERROR(
      CheckAction(deciding.circumstances(), v1::TRIGGER_RESTRICTION_LIFTED, "LiftRestriction"));
  Event event;
  *event.mutable_restriction_lifted() = command.lifted;
  deciding.EmitContent(std::move(event));
  TakeTransition(deciding, v1::TRIGGER_RESTRICTION_LIFTED);
  return absl::OkStatus();
}

}  // namespace dsr
