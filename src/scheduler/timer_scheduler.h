// Fires the timers of requests when they are due.
#ifndef DSR_SCHEDULER_TIMER_SCHEDULER_H_
#define DSR_SCHEDULER_TIMER_SCHEDULER_H_

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/commit_listener.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// Reads due timers from the store in batches by due time, and executes a FireTimer command for each
// request that has one. The decision fires all overdue timers of its request in due order, so a
// request never has two such commands in flight. Commits are hints only: what is due stands in the
// store, and is found after a restart, a lost hint or a step of the clock alike. After a long
// downtime it drains beside the calls that are served, whose commands share its commits.
//
// A command that fails is tried again after 10 s, then ever later, up to an hour; when the store
// fails as a whole, nothing is tried for 1 s to a minute. Thread-safe; works on a thread of its
// own.
class TimerScheduler : public CommitListener {
 public:
  // All of it outlives the scheduler.
  struct Parts {
    Store& store;
    Clock& clock;
    CommandExecutor& executor;
  };

  struct Limits {
    // Commands executed at once: enough to fill a group of commits, few enough to leave room for
    // the calls that come meanwhile.
    int in_flight = 64;
    // Timers read at once.
    int batch = 256;
  };

  // Begins at once.
  explicit TimerScheduler(const Parts& parts) : TimerScheduler(parts, Limits()) {}
  TimerScheduler(const Parts& parts, const Limits& limits);
  TimerScheduler(const TimerScheduler&) = delete;
  TimerScheduler& operator=(const TimerScheduler&) = delete;
  ~TimerScheduler() override { Stop(); }

  // Looks again when the commit began a timer earlier than the one waited for. Does not block.
  void OnCommitted(const CommitHints& hints) override;

  // Blocks until nothing is due but what failed and waits for its next attempt. Returns at once
  // when it is stopped.
  void AwaitIdle();

  // Begins no more commands, waits for those in flight and ends. Idempotent. Must not be called by
  // a `done` of the executor.
  void Stop();

 private:
  // A request whose command failed.
  struct Failing {
    int failures = 0;
    absl::Time retry;
  };
  // What one round found and did.
  struct Round {
    absl::Status status;
    // More may be due already.
    bool more = false;
    // When to look again, unless a hint comes first.
    absl::Time next = absl::InfiniteFuture();
  };
  using TimerKey = std::tuple<RequestId, std::string, absl::Time>;

  void Run();
  Round RunOnce();
  // The first due timer of each request that may be tried at `now`.
  std::vector<DueTimer> Runnable(const std::vector<DueTimer>& due, bool all_read, absl::Time now);
  absl::Status Fire(const std::vector<DueTimer>& timers);
  void Execute(const DueTimer& timer);
  void Finish(const DueTimer& timer, const absl::Status& status);
  void CountFailure(const RequestId& request, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits until `next`, a hint or the end; false at the end.
  bool Wait(absl::Time next);

  const Parts parts_;
  const Limits limits_;
  // What was fired in the round before; used by the thread only.
  std::set<TimerKey> fired_before_;

  Mutex mutex_;
  CondVar changed_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<RequestId, Failing> failing_ ABSL_GUARDED_BY(mutex_);
  // The first failure of the round that concerns the store as a whole.
  absl::Status store_failure_ ABSL_GUARDED_BY(mutex_);
  // The earliest timer of commits since the store was last asked.
  absl::Time hinted_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  // InfinitePast while it is at work.
  absl::Time waiting_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_SCHEDULER_TIMER_SCHEDULER_H_
