#include "workflow/deadline_moves.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "dsr/workflow/regions.h"
#include "workflow/machine.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

using storage::v1::DeadlineMoved;
using storage::v1::TimerSet;

bool CountsBack(const v1::TimerRule& rule) {
  return rule.anchor() == v1::TimerRule::ANCHOR_BEFORE_DUE ||
         rule.anchor() == v1::TimerRule::ANCHOR_BEFORE_TARGET;
}

bool PausesIn(const RunningClock& clock, absl::string_view state) {
  return absl::c_linear_search(clock.rule.profile.pausing_states(), state);
}

bool PausesIn(const Deciding& deciding, absl::string_view state) {
  const std::string& region = deciding.request().region();
  return absl::c_any_of(deciding.rulebook().clocks, [&](const RunningClock& clock) {
    return PausesIn(clock, state) && IsInRegions(region, clock.regions);
  });
}

// The deadline after the days since the pause began, or was last reckoned with.
Deadline AfterPause(const Deciding& deciding, absl::string_view state) {
  DeadlineBasis basis = BasisOf(deciding.request());
  const absl::Time since = FromTimestamp(deciding.state().paused_since());
  for (const RunningClock& clock : deciding.rulebook().clocks) {
    if (!PausesIn(clock, state)) continue;
    basis.courses[clock.rule.profile.name()].paused_days +=
        CountPausedDays(clock.rule, since, deciding.now());
  }
  return AnswerDeadline(deciding.rulebook(), basis);
}

void EmitPaused(Deciding& deciding, const Deadline& deadline, bool goes_on) {
  storage::v1::Event event;
  DeadlineMoved& moved = *event.mutable_deadline_moved();
  moved.set_cause(v1::DEADLINE_CHANGE_PAUSED);
  SetDeadline(deadline, moved);
  if (goes_on) *moved.mutable_paused_since() = ToTimestamp(deciding.now());
  if (deadline.due != FromTimestamp(deciding.request().due_time())) {
    for (TimerSet& timer : TimersFor(deciding, deciding.rulebook(), DueTimesOf(deadline)))
      *moved.add_timers() = std::move(timer);
  }
  deciding.Emit(std::move(event));
}

}  // namespace

std::vector<TimerSet> TimersFor(const Deciding& deciding, const Rulebook& rulebook,
                                const DueTimes& times) {
  std::vector<TimerSet> timers;
  const auto add = [&](const google::protobuf::RepeatedPtrField<v1::TimerRule>& rules,
                       bool state_scoped) {
    for (const v1::TimerRule& rule : rules) {
      if (!CountsBack(rule)) continue;
      const absl::Time due = TimerDue(rulebook, rule, deciding.now(), times);
      const bool is_pending = absl::c_any_of(
          deciding.state().timers(),
          [&](const storage::v1::PendingTimer& pending) { return pending.name() == rule.name(); });
      if (!is_pending && due <= deciding.now()) continue;
      TimerSet& timer = timers.emplace_back();
      timer.set_name(rule.name());
      *timer.mutable_due_time() = ToTimestamp(due);
      timer.set_state_scoped(state_scoped);
      timer.set_ends_at_response(!state_scoped);
    }
  };
  add(rulebook.workflow.request_timers(), /*state_scoped=*/false);
  if (const v1::State* state = rulebook.FindState(deciding.request().state()))
    add(state->timers(), /*state_scoped=*/true);
  return timers;
}

void KeepPause(Deciding& deciding, absl::string_view left) {
  const v1::Request& request = deciding.request();
  const bool counts = IsUnanswered(request.phase()) && !request.breached();
  if (deciding.state().has_paused_since()) {
    const bool goes_on = counts && PausesIn(deciding, request.state());
    if (counts) EmitPaused(deciding, AfterPause(deciding, left), goes_on);
    return;
  }
  if (!counts || !request.has_due_time() || !PausesIn(deciding, request.state())) return;
  storage::v1::Event event;
  event.mutable_clock_paused();
  deciding.Emit(std::move(event));
}

bool CatchUpWithPause(Deciding& deciding) {
  const v1::Request& request = deciding.request();
  if (!deciding.state().has_paused_since() || request.breached()) return false;
  const Deadline deadline = AfterPause(deciding, request.state());
  if (deadline.due <= FromTimestamp(request.due_time())) return false;
  EmitPaused(deciding, deadline, /*goes_on=*/true);
  return true;
}

}  // namespace dsr
