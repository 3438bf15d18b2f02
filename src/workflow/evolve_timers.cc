#include "workflow/evolve_timers.h"

#include <algorithm>

namespace dsr {

using storage::v1::PendingTimer;
using storage::v1::RequestState;

void EndTimers(RequestState& state, const std::function<bool(const PendingTimer&)>& ended) {
  auto& timers = *state.mutable_timers();
  timers.erase(std::remove_if(timers.begin(), timers.end(), ended), timers.end());
}

void BeginTimer(RequestState& state, const storage::v1::TimerSet& set) {
  EndTimers(state, [&](const PendingTimer& timer) { return timer.name() == set.name(); });
  PendingTimer& timer = *state.add_timers();
  timer.set_name(set.name());
  *timer.mutable_due_time() = set.due_time();
  timer.set_state_scoped(set.state_scoped());
  timer.set_ends_at_response(set.ends_at_response());
  timer.set_notice_id(set.notice_id());
}

}  // namespace dsr
