// A deadline moves: a person extends it, as its profile allows, or a calendar is announced that it
// was counted without.
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "dsr/base/proto_time.h"
#include "workflow/deadline_moves.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::DeadlineMoved;
using storage::v1::TimerSet;

constexpr char kExtendedTemplate[] = "deadline-extended";
constexpr char kRecountedTemplate[] = "deadline-recounted";

Deadline Extended(const Circumstances& at) {
  DeadlineBasis basis = BasisOf(at.request());
  for (auto& [profile, course] : basis.courses) course.extended = true;
  return AnswerDeadline(at.rulebook, basis);
}

void FillMove(const Deciding& deciding, const Deadline& deadline, v1::DeadlineChange cause,
              DeadlineMoved& moved) {
  moved.set_cause(cause);
  SetDeadline(deadline, moved);
  moved.clear_timers();
  for (TimerSet& timer : TimersFor(deciding, deciding.rulebook(), DueTimesOf(deadline)))
    *moved.add_timers() = std::move(timer);
}

// Whoever is not proved yet is told where he asked to be told.
void TellOfMove(Deciding& deciding, absl::string_view template_id) {
  const bool is_proved =
      IsProved(deciding.circumstances(), deciding.rulebook().workflow.least_level());
  QueueMessage(deciding, template_id, /*to_requester=*/!is_proved);
}

// Counted with a calendar that is no longer the last word on its days.
bool IsProvisionalBy(const v1::Request& request, const WorkingCalendar& calendar) {
  return absl::c_any_of(request.clocks(), [&](const v1::DeadlineClock& clock) {
    return clock.provisional() && clock.calendar_version() != calendar.version;
  });
}

bool AnyProvisional(const std::vector<v1::DeadlineClock>& clocks) {
  return absl::c_any_of(clocks, [](const v1::DeadlineClock& clock) { return clock.provisional(); });
}

}  // namespace

absl::Status CheckExtension(const Circumstances& at) {
  const v1::Request& request = at.request();
  const auto because = [&](absl::string_view why) {
    return ActionNotAllowed(request, "ExtendDeadline", why);
  };
  if (request.phase() == v1::PHASE_CLOSED) return AlreadyEnded(request.name());
  if (!IsUnanswered(request.phase())) return because("it is answered already");
  if (!request.has_due_time()) return because("it has no deadline");
  if (request.has_extension()) return because("it was extended already, and that is done once");
  // Whoever asks learns of an extension before the time is up, or it is none.
  if (request.breached() || FromTimestamp(request.due_time()) <= at.now())
    return because("its due time has passed");
  return Extended(at).due > FromTimestamp(request.due_time())
             ? absl::OkStatus()
             : because("the deadline profile that its date comes from knows no extension");
}

absl::Status Handle(Deciding& deciding, const ExtendDeadline& command) {
  if (absl::Status status = CheckExtension(deciding.circumstances()); !status.ok()) return status;
  storage::v1::Event event;
  *event.mutable_deadline_moved() = command.moved;
  FillMove(deciding, Extended(deciding.circumstances()), v1::DEADLINE_CHANGE_EXTENDED,
           *event.mutable_deadline_moved());
  deciding.EmitContent(std::move(event));
  TellOfMove(deciding, kExtendedTemplate);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecountDeadline&) {
  const v1::Request& request = deciding.request();
  const Rulebook* in_force = deciding.context().in_force;
  // What was breached stays so, and an answer is never dated anew.
  if (in_force == nullptr || !IsUnanswered(request.phase()) || request.breached() ||
      in_force->pins.calendar().name() != request.pins().calendar().name() ||
      !IsProvisionalBy(request, in_force->calendar)) {
    return absl::OkStatus();
  }
  DeadlineBasis basis = BasisOf(request);
  basis.calendar = &in_force->calendar;
  const Deadline deadline = AnswerDeadline(deciding.rulebook(), basis);
  const absl::Time before = FromTimestamp(request.due_time());
  if (deadline.due == before && AnyProvisional(deadline.clocks)) return absl::OkStatus();
  storage::v1::Event event;
  FillMove(deciding, deadline, v1::DEADLINE_CHANGE_CALENDAR, *event.mutable_deadline_moved());
  *event.mutable_deadline_moved()->mutable_calendar() = in_force->pins.calendar();
  deciding.Emit(std::move(event));
  // The date was announced: it moves to a later one only with a word about it.
  if (before < deadline.due) TellOfMove(deciding, kRecountedTemplate);
  return absl::OkStatus();
}

}  // namespace dsr
