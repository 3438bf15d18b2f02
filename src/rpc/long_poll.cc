#include "rpc/long_poll.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "rpc/call_alarm.h"

namespace dsr {
namespace {

constexpr absl::Duration kLookAgain = absl::Seconds(1);
// The answer needs some of the client's time, too.
constexpr absl::Duration kReserve = absl::Milliseconds(500);

}  // namespace

LongPoll::LongPoll(std::shared_ptr<UnaryCall> call, absl::Duration wait, Attempt attempt,
                   std::function<void()> give_up)
    : call_(std::move(call)),
      end_(std::chrono::steady_clock::now() +
           absl::ToChronoMilliseconds(std::min(wait, call_->time_left() - kReserve))),
      attempt_(std::move(attempt)),
      give_up_(std::move(give_up)) {}

void LongPoll::Begin(std::shared_ptr<UnaryCall> call, const std::string& key, absl::Duration wait,
                     Attempt attempt, std::function<void()> give_up) {
  CommitHub& hub = call->context().parts().hub;
  const std::shared_ptr<LongPoll> poll(
      new LongPoll(std::move(call), wait, std::move(attempt), std::move(give_up)));
  // Before the first look, so that nothing committed after it is missed.
  auto subscription = hub.Subscribe(key, [weak = poll->weak_from_this()] {
    if (const std::shared_ptr<LongPoll> waiting = weak.lock()) waiting->Wake();
  });
  {
    MutexLock lock(poll->mutex_);
    poll->subscription_ = std::move(subscription);
    poll->self_ = poll;
  }
  poll->Try();
}

absl::Duration LongPoll::Left() const {
  return absl::FromChrono(end_ - std::chrono::steady_clock::now());
}

void LongPoll::Try() {
  attempt_([self = shared_from_this()](bool has_answered) { self->Reported(has_answered); });
}

void LongPoll::Reported(bool has_answered) {
  const bool is_last = !has_answered && (Left() <= absl::ZeroDuration() || call_->is_over() ||
                                         call_->context().parts().hub.is_closed());
  if (is_last) give_up_();
  // Let go of outside the lock: the last pointer may be among them.
  std::shared_ptr<LongPoll> self;
  std::unique_ptr<CommitHub::Subscription> subscription;
  std::unique_ptr<grpc::Alarm> alarm;
  bool again = false;
  {
    MutexLock lock(mutex_);
    if (has_answered || is_last) {
      self = std::move(self_);
      subscription = std::move(subscription_);
      alarm = std::move(alarm_);
    } else if (std::exchange(is_rung_, false)) {
      again = true;
    } else {
      is_parked_ = true;
      alarm = std::exchange(alarm_, std::make_unique<grpc::Alarm>());
      SetAlarm(*alarm_, std::clamp(Left(), absl::Milliseconds(1), kLookAgain),
               [weak = weak_from_this()] {
                 if (const std::shared_ptr<LongPoll> waiting = weak.lock()) waiting->Wake();
               });
    }
  }
  if (again) Try();
}

void LongPoll::Wake() {
  {
    MutexLock lock(mutex_);
    if (!is_parked_) {
      is_rung_ = true;
      return;
    }
    is_parked_ = false;
  }
  Try();
}

}  // namespace dsr
