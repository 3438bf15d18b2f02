#include "scheduler/timer_scheduler.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/principal.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// How long it goes without looking: what a lost hint costs at most.
constexpr absl::Duration kPollInterval = absl::Minutes(1);
constexpr absl::Duration kLongestRetry = absl::Hours(1);

absl::Duration Doubled(absl::Duration first, int failures, absl::Duration longest) {
  return std::min(first * (1 << std::clamp(failures - 1, 0, 16)), longest);
}

// Tells of a failure that the next command would meet as well.
bool ConcernsStore(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

// Tells whether `retry` has come. One further away than any pause was set before the clock stepped
// back, and says nothing.
bool IsReached(absl::Time retry, absl::Time now) {
  return retry <= now || retry - now > kLongestRetry;
}

}  // namespace

TimerScheduler::TimerScheduler(const Parts& parts, const Limits& limits)
    : parts_(parts), limits_(limits), thread_("timers", [this] { Run(); }) {}

void TimerScheduler::OnCommitted(const CommitHints& hints) {
  if (hints.earliest_timer == absl::InfiniteFuture()) return;
  MutexLock lock(mutex_);
  hinted_ = std::min(hinted_, hints.earliest_timer);
  if (hinted_ < waiting_until_) changed_.NotifyAll();
}

void TimerScheduler::AwaitIdle() {
  MutexLock lock(mutex_);
  while (!stopping_ && parts_.clock.Now() >= std::min(waiting_until_, hinted_)) {
    changed_.Wait(mutex_);
  }
}

void TimerScheduler::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

void TimerScheduler::Run() {
  int failures = 0;
  while (true) {
    Round round = RunOnce();
    if (round.status.ok()) {
      failures = 0;
    } else {
      ++failures;
      Log(LogLevel::kWarning, "timers_delayed",
          {{"reason", ErrorReasonName(ReasonOf(round.status))}, {"failures", failures}});
      round.next = parts_.clock.Now() + Doubled(absl::Seconds(1), failures, absl::Minutes(1));
    }
    const bool at_once = round.status.ok() && round.more;
    if (!Wait(at_once ? absl::InfinitePast() : round.next)) return;
  }
}

bool TimerScheduler::Wait(absl::Time next) {
  MutexLock lock(mutex_);
  waiting_until_ = next;
  changed_.NotifyAll();
  while (!stopping_ && parts_.clock.Now() < std::min(waiting_until_, hinted_)) {
    parts_.clock.WaitUntil(changed_, mutex_, std::min(waiting_until_, hinted_));
  }
  waiting_until_ = absl::InfinitePast();
  hinted_ = absl::InfiniteFuture();
  return !stopping_;
}

TimerScheduler::Round TimerScheduler::RunOnce() {
  Round round;
  const absl::Time now = parts_.clock.Now();
  int failing = 0;
  {
    MutexLock lock(mutex_);
    failing = static_cast<int>(failing_.size());
    store_failure_ = absl::OkStatus();
  }
  // Timers of failing requests stay due and stand first: they must not hide the others.
  const int limit = limits_.batch + failing;
  std::vector<DueTimer> due;
  round.status = parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(due, view.DueTimers(now, limit));
    DSR_ASSIGN_OR_RETURN(round.next, view.NextTimer());
    return absl::OkStatus();
  });
  if (!round.status.ok()) return round;
  const bool all_read = static_cast<int>(due.size()) < limit;
  const std::vector<DueTimer> runnable = Runnable(due, all_read, now);
  // With nothing to run, the earliest timer is in the future or waits for its next attempt.
  if (runnable.empty()) {
    if (!due.empty()) round.next = now + kPollInterval;
    round.next = std::min(round.next, now + kPollInterval);
    MutexLock lock(mutex_);
    for (const auto& [request, state] : failing_) round.next = std::min(round.next, state.retry);
    return round;
  }
  round.status = Fire(runnable);
  round.more = true;
  return round;
}

std::vector<DueTimer> TimerScheduler::Runnable(const std::vector<DueTimer>& due, bool all_read,
                                               absl::Time now) {
  std::vector<DueTimer> runnable;
  std::set<RequestId> seen;
  MutexLock lock(mutex_);
  for (const DueTimer& timer : due) {
    if (!seen.insert(timer.request).second) continue;
    const auto failing = failing_.find(timer.request);
    if (failing != failing_.end() && !IsReached(failing->second.retry, now)) continue;
    if (fired_before_.contains({timer.request, timer.name, timer.due})) {
      // A command that succeeds and leaves its timer would otherwise be repeated without end.
      Log(LogLevel::kError, "timer_still_due",
          {{"request", timer.request.ToString()}, {"timer", timer.name}});
      CountFailure(timer.request, now);
      continue;
    }
    runnable.push_back(timer);
  }
  fired_before_.clear();
  // Who is no longer due has been dealt with, by whatever command.
  if (all_read) {
    std::erase_if(failing_, [&](const auto& entry) { return !seen.contains(entry.first); });
  }
  return runnable;
}

absl::Status TimerScheduler::Fire(const std::vector<DueTimer>& timers) {
  for (const DueTimer& timer : timers) {
    {
      MutexLock lock(mutex_);
      while (in_flight_ >= limits_.in_flight) changed_.Wait(mutex_);
      if (stopping_ || !store_failure_.ok()) break;
      ++in_flight_;
    }
    fired_before_.emplace(timer.request, timer.name, timer.due);
    Execute(timer);
  }
  // What is read next must not contain what is still in flight.
  MutexLock lock(mutex_);
  while (in_flight_ > 0) changed_.Wait(mutex_);
  // What failed is counted already, and may be due again.
  for (auto key = fired_before_.begin(); key != fired_before_.end();) {
    key = failing_.contains(std::get<RequestId>(*key)) ? fired_before_.erase(key) : std::next(key);
  }
  if (!store_failure_.ok()) fired_before_.clear();
  return store_failure_;
}

void TimerScheduler::Execute(const DueTimer& timer) {
  PlannedCommand planned;
  planned.request = timer.request;
  planned.command = FireTimer{.name = timer.name, .due = timer.due};
  parts_.executor.Execute(std::move(planned), CallContext{.principal = SchedulerPrincipal()},
                          [this, timer](const absl::StatusOr<ExecutionResult>& result) {
                            Finish(timer, result.status());
                          });
}

void TimerScheduler::Finish(const DueTimer& timer, const absl::Status& status) {
  const absl::Time now = parts_.clock.Now();
  MutexLock lock(mutex_);
  if (status.ok()) {
    failing_.erase(timer.request);
  } else if (ConcernsStore(status)) {
    store_failure_.Update(status);
  } else {
    Log(LogLevel::kError, "timer_failed",
        {{"request", timer.request.ToString()},
         {"timer", timer.name},
         {"reason", ErrorReasonName(ReasonOf(status))}});
    CountFailure(timer.request, now);
  }
  --in_flight_;
  changed_.NotifyAll();
}

void TimerScheduler::CountFailure(const RequestId& request, absl::Time now) {
  Failing& state = failing_[request];
  ++state.failures;
  state.retry = now + Doubled(absl::Seconds(10), state.failures, kLongestRetry);
}

}  // namespace dsr
