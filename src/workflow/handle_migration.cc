// A request keeps the definitions it was filed under; only a person moves it to later ones, and
// only where they are better for whoever asks.
#include <utility>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/deadline_moves.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::RequestMigrated;

bool IsSame(const v1::DefinitionRef& a, const v1::DefinitionRef& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool AreSame(const v1::Pins& a, const v1::Pins& b) {
  return IsSame(a.workflow(), b.workflow()) && IsSame(a.policy(), b.policy()) &&
         IsSame(a.calendar(), b.calendar()) && IsSame(a.templates(), b.templates());
}

}  // namespace

absl::Status CheckMigration(const Circumstances& at) {
  const v1::Request& request = at.request();
  const auto because = [&](absl::string_view why) {
    return ActionNotAllowed(request, "MigrateRequest", why);
  };
  if (request.phase() == v1::PHASE_CLOSED) return AlreadyEnded(request.name());
  if (!IsUnanswered(request.phase())) return because("it is answered already");
  const Rulebook* in_force = at.context.in_force;
  if (in_force == nullptr || AreSame(in_force->pins, request.pins()))
    return because("the definitions in force are its own");
  const v1::State* state = in_force->FindState(request.state());
  if (state == nullptr || state->phase() != request.phase())
    return because("the workflow in force does not know its state; it ends by its own");
  if (!request.has_due_time()) return absl::OkStatus();
  const Deadline deadline = AnswerDeadline(*in_force, BasisOf(request));
  return deadline.due > FromTimestamp(request.due_time())
             ? because("the definitions in force answer later, and its date has been announced")
             : absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const MigrateRequest&) {
  if (absl::Status status = CheckMigration(deciding.circumstances()); !status.ok()) return status;
  const v1::Request& request = deciding.request();
  const Rulebook& in_force = *deciding.context().in_force;
  storage::v1::Event event;
  RequestMigrated& migrated = *event.mutable_request_migrated();
  *migrated.mutable_pins() = in_force.pins;
  if (request.has_due_time()) {
    const Deadline deadline = AnswerDeadline(in_force, BasisOf(request));
    SetDeadline(deadline, migrated);
    for (storage::v1::TimerSet& timer : TimersFor(deciding, in_force, DueTimesOf(deadline)))
      *migrated.add_timers() = std::move(timer);
  }
  deciding.EmitContent(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
