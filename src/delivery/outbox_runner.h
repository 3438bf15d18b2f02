// Takes what is due out of the outbox and has it attempted by a few threads.
#ifndef DSR_DELIVERY_OUTBOX_RUNNER_H_
#define DSR_DELIVERY_OUTBOX_RUNNER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// How much one recipient is given at once.
struct LaneLimits {
  // Attempts under way, 1 or more.
  int concurrent = 2;
  // Attempts begun in a second, at even distances; 0 for no limit.
  int per_second = 0;
};

// How an OutboxRunner works.
struct OutboxOptions {
  OutboxKind kind = OutboxKind::kNotice;
  // Attempts under way at once, and of those at most for one recipient: who does not answer holds
  // up its own items only.
  int threads = 32;
  int per_recipient = 2;
  // Tells a recipient's own limits, in place of per_recipient; null for none. Asked when something
  // comes for a recipient that nothing waits for, and again now and then. One recipient gets half
  // of the threads at most, whatever this says. May block; is called by several threads at once.
  std::function<LaneLimits(const std::string& recipient)> limits = nullptr;
  // How long a claimed item is hidden. One that still waits for its turn then is claimed again.
  absl::Duration claim = absl::Minutes(1);
  // Items claimed in one transaction.
  int batch = 256;
  // Items that wait in memory, in all and for one recipient. What is beyond comes with a later
  // claim, so that the backlog of one recipient does not keep the others' items in the store.
  size_t limit = 65536;
  size_t recipient_limit = 4096;
};

// Claims due items, and attempts them in the order of their due times within each recipient, by
// turns between recipients and no faster than its limits allow. An item that this process loses is
// due again when its claim ends. Thread-safe; works on threads of its own.
class OutboxRunner {
 public:
  // Attempts one item, and records or defers what came of it; returns when it is due again, or
  // InfiniteFuture when it has left the outbox or its claim shall run out. May block; is called by
  // several threads at once.
  using Attempt = std::function<absl::Time(const OutboxItem&)>;

  // Begins at once. `store` and `clock` outlive the runner.
  OutboxRunner(Store& store, Clock& clock, const OutboxOptions& options, Attempt attempt);
  OutboxRunner(const OutboxRunner&) = delete;
  OutboxRunner& operator=(const OutboxRunner&) = delete;
  ~OutboxRunner() { Stop(); }

  // Looks into the outbox at once. A hint only: what is due is found without it. Does not block.
  void Wake();

  // Blocks until nothing is due, waits (for its recipient's limits as well) or is under way.
  // Returns at once when it is stopped.
  void AwaitIdle();

  // Begins no more attempts, waits for those under way and ends. Idempotent.
  void Stop();

 private:
  // The items of one recipient.
  struct Lane {
    std::deque<OutboxItem> waiting;
    int under_way = 0;
    bool is_ready = false;  // stands in ready_
    bool is_paced = false;  // stands in paced_
    LaneLimits limits;
    absl::Time limits_time = absl::InfinitePast();  // when they were asked for
    // The next attempt begins no sooner.
    absl::Time next_begin = absl::InfinitePast();
  };

  void Claim();
  // Claims one batch; returns when the next is due.
  absl::StatusOr<absl::Time> ClaimBatch();
  void Add(std::vector<OutboxItem> items);
  Lane& LaneOf(const std::string& recipient) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool HasFreshLimits(const Lane& lane, absl::Time now);
  // Asks for the limits of these recipients, where that was not done lately.
  void AskLimits(const std::set<std::string>& recipients);
  bool IsFull();
  // Waits until `next`, a hint or the end; false at the end.
  bool Wait(absl::Time next);

  void Work();
  std::optional<OutboxItem> Take();
  // Waits until a lane is ready, or may be.
  void AwaitReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(const OutboxItem& item, absl::Time next);
  // Lists a lane that may have another attempt begun, now or when its time has come.
  void List(const std::string& recipient, Lane& lane, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Lists the lanes whose time has come.
  void ListPaced() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets lanes that nothing is known of any more.
  void DropIdleLanes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  Clock& clock_;
  const OutboxOptions options_;
  const Attempt attempt_;

  Mutex mutex_;
  CondVar changed_;  // for the claiming thread and AwaitIdle
  CondVar ready_changed_;
  CondVar paced_changed_;  // for the worker that waits for the time of a lane
  std::map<std::string, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> ready_ ABSL_GUARDED_BY(mutex_);
  // Lanes that could begin but for their pace, by when they may.
  std::set<std::pair<absl::Time, std::string>> paced_ ABSL_GUARDED_BY(mutex_);
  // One worker waits for the first of them; the others would only wake up for nothing.
  bool is_pacing_ ABSL_GUARDED_BY(mutex_) = false;
  // Everything that waits or is under way: a claim that ends early hands out no second attempt.
  std::set<Id128> known_ ABSL_GUARDED_BY(mutex_);
  // The earliest moment anyone told of since the store was last asked.
  absl::Time hinted_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  // InfinitePast while it is claiming.
  absl::Time waiting_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: they use all of the above.
  Thread claimer_;
  std::vector<Thread> workers_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_OUTBOX_RUNNER_H_
