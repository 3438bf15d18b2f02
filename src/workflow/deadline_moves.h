// How the deadline of a request moves while it is under way.
#ifndef DSR_WORKFLOW_DEADLINE_MOVES_H_
#define DSR_WORKFLOW_DEADLINE_MOVES_H_

#include <vector>

#include "dsr/base/proto_time.h"
#include "dsr/v1/deadline.pb.h"
#include "dsr/workflow/deadline.h"
#include "workflow/deciding.h"

namespace dsr {

// Writes a deadline into an event that has one, or into a request.
template <class Message>
void SetDeadline(const Deadline& deadline, Message& message) {
  *message.mutable_due_time() = ToTimestamp(deadline.due);
  *message.mutable_last_day() = ToDate(deadline.last_day);
  *message.mutable_statutory_outer_day() = ToDate(deadline.outer_day);
  message.clear_target_time();
  if (deadline.target.has_value()) *message.mutable_target_time() = ToTimestamp(*deadline.target);
  message.clear_clocks();
  for (const v1::DeadlineClock& clock : deadline.clocks) *message.add_clocks() = clock;
}

// Copies a deadline between events and requests. What an event of before there were clocks does not
// say is left as it is not said.
template <class From, class To>
void CopyDeadline(const From& from, To& to) {
  if (from.has_due_time()) *to.mutable_due_time() = from.due_time();
  if (from.has_last_day()) *to.mutable_last_day() = from.last_day();
  if (from.has_statutory_outer_day())
    *to.mutable_statutory_outer_day() = from.statutory_outer_day();
  to.clear_target_time();
  if (from.has_target_time()) *to.mutable_target_time() = from.target_time();
  *to.mutable_clocks() = from.clocks();
}

// The timers of the request, and of its state, that count back from `times` by the workflow of
// `rulebook`: those that are pending, and those that fired but would fire again after now.
std::vector<storage::v1::TimerSet> TimersFor(const Deciding& deciding, const Rulebook& rulebook,
                                             const DueTimes& times);

// The time stands still in the request's state, or runs again: begins and ends a pause accordingly.
// For after the state changed, or was entered first; `left` is the state that was left. Does
// nothing to what is answered, or breached for good.
void KeepPause(Deciding& deciding, absl::string_view left);

// While the time stands still: moves the deadline by the days gone so far. Returns true when that
// moved it.
bool CatchUpWithPause(Deciding& deciding);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEADLINE_MOVES_H_
