// The fold of timers. Parts of Evolve.
#ifndef DSR_WORKFLOW_EVOLVE_TIMERS_H_
#define DSR_WORKFLOW_EVOLVE_TIMERS_H_

#include <functional>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"

namespace dsr {

// Begins a timer; one of the same name ends.
void BeginTimer(storage::v1::RequestState& state, const storage::v1::TimerSet& set);

// Ends those for which `ended` is true.
void EndTimers(storage::v1::RequestState& state,
               const std::function<bool(const storage::v1::PendingTimer&)>& ended);

}  // namespace dsr

#endif  // DSR_WORKFLOW_EVOLVE_TIMERS_H_
