#include "rpc/rate_limiter.h"

#include <algorithm>

namespace dsr {
namespace {

// Of all that found no room.
constexpr absl::string_view kSharedKey;

absl::Duration WaitFor(absl::Time full_at, const Rate& rate, absl::Time now) {
  return std::max(full_at + rate.interval - now - rate.burst * rate.interval, absl::ZeroDuration());
}

}  // namespace

absl::Duration RateLimiter::Take(absl::string_view key, const Rate& rate, absl::Time now) {
  if (rate.burst == 0) return absl::ZeroDuration();
  MutexLock lock(mutex_);
  absl::Time& full_at = FullAt(key, now);
  full_at = std::clamp(full_at, now, now + rate.burst * rate.interval);
  const absl::Duration wait = WaitFor(full_at, rate, now);
  if (wait == absl::ZeroDuration()) full_at += rate.interval;
  return wait;
}

absl::Duration RateLimiter::Look(absl::string_view key, const Rate& rate, absl::Time now) {
  if (rate.burst == 0) return absl::ZeroDuration();
  MutexLock lock(mutex_);
  auto found = full_at_.find(key);
  if (found == full_at_.end() && full_at_.size() >= most_keys_) found = full_at_.find(kSharedKey);
  if (found == full_at_.end()) return absl::ZeroDuration();
  const absl::Time latest = now + rate.burst * rate.interval;
  return WaitFor(std::clamp(found->second, now, latest), rate, now);
}

void RateLimiter::PutBack(absl::string_view key, const Rate& rate) {
  if (rate.burst == 0) return;
  MutexLock lock(mutex_);
  const auto found = full_at_.find(key);
  if (found != full_at_.end()) found->second -= rate.interval;
}

size_t RateLimiter::size() const {
  MutexLock lock(mutex_);
  return full_at_.size();
}

absl::Time& RateLimiter::FullAt(absl::string_view key, absl::Time now) {
  const auto found = full_at_.find(key);
  if (found != full_at_.end()) return found->second;
  if (full_at_.size() >= std::min(sweep_at_, most_keys_)) {
    absl::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
    // Not with each key that comes when many are not full.
    sweep_at_ = std::max<size_t>(2 * full_at_.size(), 1024);
  }
  const bool has_room = full_at_.size() < most_keys_;
  return full_at_.try_emplace(std::string(has_room ? key : kSharedKey), now).first->second;
}

}  // namespace dsr
