#include "rpc/limited_calls.h"

#include "absl/strings/str_cat.h"
#include "app/refusal_audit.h"
#include "dsr/base/log.h"

namespace dsr {
namespace {

constexpr absl::Duration kBetweenRecords = absl::Minutes(1);

}  // namespace

void LimitedCalls::Add(const std::string& principal, const std::string& limit) {
  const Key key(principal, limit);
  int64_t calls = 0;
  {
    const absl::Time now = clock_.Now();
    MutexLock lock(mutex_);
    Count& count = counts_[key];
    ++count.calls;
    if (now < count.written + kBetweenRecords) return;
    calls = std::exchange(count.calls, 0);
    count.written = now;
  }
  Write(key, calls);
}

void LimitedCalls::Flush() {
  std::map<Key, Count> counts;
  {
    MutexLock lock(mutex_);
    counts.swap(counts_);
  }
  for (const auto& [key, count] : counts) {
    if (count.calls > 0) Write(key, count.calls);
  }
}

void LimitedCalls::Write(const Key& key, int64_t calls) {
  const auto& [principal, limit] = key;
  Log(LogLevel::kWarning, "calls_limited",
      {{"principal", principal.empty() ? "-" : principal}, {"limit", limit}, {"calls", calls}});
  AuditRefusal(store_, clock_,
               RefusedCall{.actor = principal,
                           .about = absl::StrCat("calls beyond the limit ", limit),
                           .reason = v1::ERROR_REASON_RATE_LIMITED,
                           .count = calls},
               [] {});
}

}  // namespace dsr
