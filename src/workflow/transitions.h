// Finds and takes transitions.
#ifndef DSR_WORKFLOW_TRANSITIONS_H_
#define DSR_WORKFLOW_TRANSITIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/workflow.pb.h"
#include "dsr/workflow/deadline.h"
#include "workflow/deciding.h"
#include "workflow/proof.h"

namespace dsr {

// Tells whether a person may set off `trigger` now: the state has a transition for it, a role
// matches, and the guards hold that do not depend on what the action itself brings. `action` is the
// method's name, for errors.
//
// Of a minor's request the people who work on it also need the role `children_privacy`.
absl::Status CheckAction(const Circumstances& at, v1::Trigger trigger, absl::string_view action);

// True when the transition leaves the request's present state.
bool LeavesFrom(const v1::Transition& transition, const v1::Request& request);

// Takes the first transition of the present state for `trigger` (and `timer`) whose guards hold,
// with its effects. Returns false when there is none.
bool TakeTransition(Deciding& deciding, v1::Trigger trigger, absl::string_view timer = "");

// Takes transitions on FACTS_CHANGED until none holds, at most 16.
void Settle(Deciding& deciding);

// Until when people's part is awaited: when the answer is due or, where that has passed, the
// policy's days from now.
absl::Time TimeToAct(const Deciding& deciding);

// The event that begins a timer of `rule` now.
storage::v1::TimerSet BeginTimer(const Deciding& deciding, const v1::TimerRule& rule,
                                 absl::Time start, const DueTimes& times, bool state_scoped);

}  // namespace dsr

#endif  // DSR_WORKFLOW_TRANSITIONS_H_
