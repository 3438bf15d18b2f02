#include "rpc/call_limits.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/match.h"
#include "app/rate_limited.h"

namespace dsr {
namespace {

// When one of many calls under way will have ended nobody knows.
constexpr absl::Duration kPlaceWait = absl::Milliseconds(200);
constexpr int kUnknownBurstSeconds = 10;

absl::Time RealNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// Without the port: `ipv4:192.0.2.1:4711`, `ipv6:%5B2001:db8::1%5D:4711`, `unix:`.
absl::string_view AddressOf(absl::string_view peer) { return peer.substr(0, peer.rfind(':')); }

bool IsLoopbackPeer(absl::string_view peer) {
  return absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "ipv6:%5B::1%5D:") ||
         absl::StartsWith(peer, "ipv6:[::1]:") || absl::StartsWith(peer, "unix:");
}

bool Fits(const config::v1::CallLimits& entry, const Principal& principal) {
  if (!entry.principal().empty()) return entry.principal() == principal.name;
  return entry.role().empty() || std::find(principal.roles.begin(), principal.roles.end(),
                                           entry.role()) != principal.roles.end();
}

absl::Status LimitedUnlessZero(absl::string_view limit, absl::Duration wait) {
  return wait == absl::ZeroDuration() ? absl::OkStatus() : RateLimited(limit, wait);
}

}  // namespace

absl::Status CallLimits::CheckPeer(absl::string_view peer) {
  if (IsLoopbackPeer(peer)) return absl::OkStatus();
  return LimitedUnlessZero("unknown_calls_per_second",
                           peers_.Look(AddressOf(peer), UnknownRate(), RealNow()));
}

absl::Status CallLimits::CountUnknown(absl::string_view peer) {
  return LimitedUnlessZero("unknown_calls_per_second",
                           peers_.Take(AddressOf(peer), UnknownRate(), RealNow()));
}

absl::StatusOr<CallLimits::Place> CallLimits::Admit(const Principal& principal) {
  const config::v1::CallLimits& limits = LimitsOf(principal);
  const Rate rate{.burst = limits.burst(), .interval = absl::Seconds(1) / limits.per_second()};
  const absl::Duration wait = principals_.Take(principal.name, rate, RealNow());
  if (wait > absl::ZeroDuration()) return RateLimited("calls_per_second", wait);
  MutexLock lock(mutex_);
  int& under_way = under_way_[principal.name];
  if (under_way >= limits.concurrent()) return RateLimited("concurrent_calls", kPlaceWait);
  ++under_way;
  return Place(nullptr, [this, name = principal.name](const void*) {
    MutexLock held(mutex_);
    const auto mine = under_way_.find(name);
    if (--mine->second == 0) under_way_.erase(mine);
  });
}

const config::v1::CallLimits& CallLimits::LimitsOf(const Principal& principal) const {
  // The last entry fits everyone.
  const auto fits =
      std::find_if(limits_.calls().begin(), std::prev(limits_.calls().end()),
                   [&](const config::v1::CallLimits& entry) { return Fits(entry, principal); });
  return *fits;
}

Rate CallLimits::UnknownRate() const {
  return Rate{.burst = limits_.unknown_calls_per_second() * kUnknownBurstSeconds,
              .interval = absl::Seconds(1) / limits_.unknown_calls_per_second()};
}

}  // namespace dsr
