// A request keeps the definitions it was filed under; only a person moves it to later ones, and
// only where they are better for whoever asks.
#include <algorithm>
#include <utility>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
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

// What counts back from the due time moves with it; what counts from a beginning stays.
void MoveTimers(const Deciding& deciding, absl::Time due,
                const google::protobuf::RepeatedPtrField<v1::TimerRule>& rules, bool state_scoped,
                RequestMigrated& migrated) {
  const auto& pending = deciding.state().timers();
  for (const v1::TimerRule& rule : rules) {
    const bool is_pending = std::any_of(
        pending.begin(), pending.end(),
        [&](const storage::v1::PendingTimer& timer) { return timer.name() == rule.name(); });
    if (!is_pending || rule.anchor() != v1::TimerRule::ANCHOR_BEFORE_DUE) continue;
    storage::v1::TimerSet& timer = *migrated.add_timers();
    timer.set_name(rule.name());
    *timer.mutable_due_time() =
        ToTimestamp(TimerDue(*deciding.context().in_force, rule, deciding.now(), due));
    timer.set_state_scoped(state_scoped);
    timer.set_ends_at_response(!state_scoped);
  }
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
  const Deadline deadline = AnswerDeadline(*in_force, FromTimestamp(request.received_time()));
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
    const Deadline deadline = AnswerDeadline(in_force, FromTimestamp(request.received_time()));
    *migrated.mutable_due_time() = ToTimestamp(deadline.due);
    *migrated.mutable_last_day() = ToDate(deadline.last_day);
    *migrated.mutable_statutory_outer_day() = ToDate(deadline.outer_day);
    MoveTimers(deciding, deadline.due, in_force.workflow.request_timers(), false, migrated);
    if (const v1::State* state = in_force.FindState(request.state()))
      MoveTimers(deciding, deadline.due, state->timers(), true, migrated);
  }
  deciding.EmitContent(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
