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

// For how long the limits of a lane are taken to be what they were.
constexpr absl::Duration kLimitsAge = absl::Seconds(5);

// A lane that begins this much too late keeps its rhythm, so that what waking up costs does not add
// up. One that is later has not been at its limit, and begins a new one.
constexpr absl::Duration kMostLateness = absl::Milliseconds(10);

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
    paced_changed_.NotifyAll();
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
  std::set<std::string> recipients;
  for (const OutboxItem& item : items) recipients.insert(item.lane);
  AskLimits(recipients);
  MutexLock lock(mutex_);
  DropIdleLanes();
  for (OutboxItem& item : items) {
    Lane& lane = LaneOf(item.lane);
    if (lane.waiting.size() >= options_.recipient_limit) continue;
    if (!known_.insert(item.item).second) continue;
    const std::string recipient = item.lane;
    lane.waiting.push_back(std::move(item));
    List(recipient, lane, clock_.Now());
  }
}

OutboxRunner::Lane& OutboxRunner::LaneOf(const std::string& recipient) {
  const auto [lane, is_new] = lanes_.try_emplace(recipient);
  if (is_new) lane->second.limits.concurrent = options_.per_recipient;
  return lane->second;
}

void OutboxRunner::AskLimits(const std::set<std::string>& recipients) {
  if (options_.limits == nullptr) return;
  const absl::Time now = clock_.Now();
  for (const std::string& recipient : recipients) {
    {
      MutexLock lock(mutex_);
      Lane& lane = LaneOf(recipient);
      if (HasFreshLimits(lane, now)) continue;
      lane.limits_time = now;  // nobody else asks meanwhile
    }
    // Without the lock: it may have to look into the store.
    LaneLimits limits = options_.limits(recipient);
    limits.concurrent = std::clamp(limits.concurrent, 1, std::max(1, options_.threads / 2));
    MutexLock lock(mutex_);
    Lane& lane = LaneOf(recipient);
    lane.limits_time = now;
    lane.limits = limits;
    if (limits.per_second <= 0) {
      if (lane.is_paced) paced_.erase({lane.next_begin, recipient});
      lane.is_paced = false;
      lane.next_begin = absl::InfinitePast();
    }
    List(recipient, lane, now);
  }
}

bool OutboxRunner::HasFreshLimits(const Lane& lane, absl::Time now) {
  const absl::Duration age = now - lane.limits_time;
  return age >= absl::ZeroDuration() && age < kLimitsAge;
}

void OutboxRunner::DropIdleLanes() {
  const absl::Time now = clock_.Now();
  std::erase_if(lanes_, [&](const auto& entry) {
    const Lane& lane = entry.second;
    return lane.waiting.empty() && lane.under_way == 0 && lane.next_begin <= now &&
           !HasFreshLimits(lane, now);
  });
}

void OutboxRunner::List(const std::string& recipient, Lane& lane, absl::Time now) {
  if (lane.is_ready || lane.is_paced || lane.waiting.empty() ||
      lane.under_way >= lane.limits.concurrent) {
    return;
  }
  if (lane.next_begin > now) {
    lane.is_paced = true;
    paced_.emplace(lane.next_begin, recipient);
    // Somebody has to wait for it, and not for a later one.
    if (paced_.begin()->second == recipient) {
      ready_changed_.NotifyOne();
      paced_changed_.NotifyOne();
    }
    return;
  }
  lane.is_ready = true;
  ready_.push_back(recipient);
  ready_changed_.NotifyOne();
  paced_changed_.NotifyOne();
}

void OutboxRunner::ListPaced() {
  const absl::Time now = clock_.Now();
  // No pace is slower than one in a second: what lies further ahead was planned before the clock
  // was set back.
  while (!paced_.empty() &&
         (paced_.begin()->first <= now || paced_.begin()->first > now + absl::Seconds(1))) {
    const std::string recipient = paced_.begin()->second;
    paced_.erase(paced_.begin());
    Lane& lane = lanes_[recipient];
    lane.is_paced = false;
    lane.next_begin = std::min(lane.next_begin, now);
    List(recipient, lane, now);
  }
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
  while (const std::optional<OutboxItem> item = Take()) {
    const absl::Time next = attempt_(*item);
    AskLimits({item->lane});
    Finish(*item, next);
  }
}

void OutboxRunner::AwaitReady() {
  if (is_pacing_ || paced_.empty()) {
    ready_changed_.Wait(mutex_);
    return;
  }
  is_pacing_ = true;
  clock_.WaitUntil(paced_changed_, mutex_, paced_.begin()->first);
  is_pacing_ = false;
  ListPaced();
  // This one may be about to work: another one waits for the next lane.
  if (!paced_.empty()) ready_changed_.NotifyOne();
}

std::optional<OutboxItem> OutboxRunner::Take() {
  MutexLock lock(mutex_);
  ListPaced();
  while (!stopping_ && ready_.empty()) AwaitReady();
  if (stopping_) return std::nullopt;
  const std::string recipient = std::move(ready_.front());
  ready_.pop_front();
  Lane& lane = lanes_[recipient];
  OutboxItem item = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  lane.is_ready = false;
  ++lane.under_way;
  const absl::Time now = clock_.Now();
  if (lane.limits.per_second > 0) {
    const bool keeps_rhythm = lane.next_begin <= now && now - lane.next_begin <= kMostLateness;
    lane.next_begin = (keeps_rhythm ? lane.next_begin : now) +
                      absl::Seconds(1) / static_cast<double>(lane.limits.per_second);
  }
  // Behind the others, so that recipients take turns.
  List(recipient, lane, now);
  return item;
}

void OutboxRunner::Finish(const OutboxItem& item, absl::Time next) {
  MutexLock lock(mutex_);
  const bool was_full = known_.size() >= options_.limit;
  known_.erase(item.item);
  const auto lane = lanes_.find(item.lane);
  --lane->second.under_way;
  List(item.lane, lane->second, clock_.Now());
  // One that had its limits asked for, or is at its pace, is remembered for a while.
  if (options_.limits == nullptr && lane->second.waiting.empty() && lane->second.under_way == 0) {
    lanes_.erase(lane);
  }
  hinted_ = std::min(hinted_, was_full ? absl::InfinitePast() : next);
  changed_.NotifyAll();
}

}  // namespace dsr
