#include "rpc/anonymous_refusals.h"

#include <utility>

#include "app/refusal_audit.h"

namespace dsr {
namespace {

constexpr absl::Duration kPause = absl::Minutes(1);

}  // namespace

void AnonymousRefusals::Add() {
  {
    MutexLock lock(mutex_);
    ++count_;
    if (clock_.Now() < written_ + kPause) return;
  }
  Flush();
}

void AnonymousRefusals::Flush() {
  int64_t count = 0;
  {
    MutexLock lock(mutex_);
    count = std::exchange(count_, 0);
    written_ = clock_.Now();
  }
  if (count == 0) return;
  AuditRefusal(store_, clock_,
               RefusedCall{.about = "calls without a known token",
                           .reason = v1::ERROR_REASON_TOKEN_INVALID,
                           .count = count},
               [] {});
}

}  // namespace dsr
