#include "delivery/outbox_runner.h"

#include <algorithm>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// How long it goes without looking: what a lost hint costs at most.
constexpr absl::Duration kPollInterval = absl::Minutes(1);

}  // namespace

OutboxRunner::OutboxRunner(Store& store, Clock& clock, const OutboxOptions& options,
                           Attempt attempt)
    : store_(store), clock_(clock), options_(options), attempt_(std::move(attempt)) {
  claimer_ = Thread("outbox", [this] { Claim(); });
  for (int i = 0; i < options_.threads; ++i) workers_.emplace_back("deliver", [this] { Work(); });
}

void OutboxRunner::Wake() {
  MutexLock lock(mutex_);
  hinted_ = absl::InfinitePast();
  changed_.NotifyAll();
}

void OutboxRunner::AwaitIdle() {
  MutexLock lock(mutex_);
  while (!stopping_ && (!known_.empty() || clock_.Now() >= std::min(waiting_until_, hinted_))) {
    changed_.Wait(mutex_);
  }
}

void OutboxRunner::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    ready_changed_.NotifyAll();
  }
  claimer_.Join();
  for (Thread& worker : workers_) worker.Join();
}

void OutboxRunner::Claim() {
  int failures = 0;
  absl::Time next;
  do {
    const absl::StatusOr<absl::Time> claimed = ClaimBatch();
    if (claimed.ok()) {
      failures = 0;
      next = std::min(*claimed, clock_.Now() + kPollInterval);
    } else {
      failures = std::min(failures + 1, 6);
      Log(LogLevel::kWarning, "outbox_delayed",
          {{"reason", ErrorReasonName(ReasonOf(claimed.status()))}});
      next = clock_.Now() + absl::Seconds(1 << failures);
    }
  } while (Wait(next));
}

absl::StatusOr<absl::Time> OutboxRunner::ClaimBatch() {
  // Finish looks again when there is room.
  if (IsFull()) return absl::InfiniteFuture();
  absl::Time next;
  DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(next, view.NextOutboxItem(options_.kind));
    return absl::OkStatus();
  }));
  if (next > clock_.Now()) return next;
  std::vector<OutboxItem> items;
  DSR_RETURN_IF_ERROR(TransactAndWait(store_, [&](Transaction& transaction) -> absl::Status {
    const absl::Time now = clock_.Now();
    DSR_ASSIGN_OR_RETURN(
        items, transaction.ClaimOutbox(options_.kind, now, now + options_.claim, options_.batch));
    DSR_ASSIGN_OR_RETURN(next, transaction.NextOutboxItem(options_.kind));
    return absl::OkStatus();
  }));
  Add(std::move(items));
  return next;
}

bool OutboxRunner::IsFull() {
  MutexLock lock(mutex_);
  return known_.size() >= options_.limit;
}

void OutboxRunner::Add(std::vector<OutboxItem> items) {
  MutexLock lock(mutex_);
  for (OutboxItem& item : items) {
    Lane& lane = lanes_[item.lane];
    if (lane.waiting.size() >= options_.recipient_limit) continue;
    if (!known_.insert(item.item).second) continue;
    const std::string recipient = item.lane;
    lane.waiting.push_back(std::move(item));
    List(recipient, lane);
  }
}

void OutboxRunner::List(const std::string& recipient, Lane& lane) {
  if (lane.is_ready || lane.waiting.empty() || lane.under_way >= options_.per_recipient) return;
  lane.is_ready = true;
  ready_.push_back(recipient);
  ready_changed_.NotifyOne();
}

bool OutboxRunner::Wait(absl::Time next) {
  MutexLock lock(mutex_);
  waiting_until_ = next;
  changed_.NotifyAll();
  while (!stopping_ && clock_.Now() < std::min(waiting_until_, hinted_)) {
    clock_.WaitUntil(changed_, mutex_, std::min(waiting_until_, hinted_));
  }
  waiting_until_ = absl::InfinitePast();
  hinted_ = absl::InfiniteFuture();
  return !stopping_;
}

void OutboxRunner::Work() {
  while (const std::optional<OutboxItem> item = Take()) Finish(*item, attempt_(*item));
}

std::optional<OutboxItem> OutboxRunner::Take() {
  MutexLock lock(mutex_);
  while (!stopping_ && ready_.empty()) ready_changed_.Wait(mutex_);
  if (stopping_) return std::nullopt;
  const std::string recipient = std::move(ready_.front());
  ready_.pop_front();
  Lane& lane = lanes_[recipient];
  OutboxItem item = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  lane.is_ready = false;
  ++lane.under_way;
  // Behind the others, so that recipients take turns.
  List(recipient, lane);
  return item;
}

void OutboxRunner::Finish(const OutboxItem& item, absl::Time next) {
  MutexLock lock(mutex_);
  const bool was_full = known_.size() >= options_.limit;
  known_.erase(item.item);
  const auto lane = lanes_.find(item.lane);
  --lane->second.under_way;
  List(item.lane, lane->second);
  if (lane->second.waiting.empty() && lane->second.under_way == 0) lanes_.erase(lane);
  hinted_ = std::min(hinted_, was_full ? absl::InfinitePast() : next);
  changed_.NotifyAll();
}

}  // namespace dsr
