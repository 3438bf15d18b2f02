#include "rpc/code_limits.h"

#include "app/rate_limited.h"

namespace dsr {
namespace {

// The installation's only bucket.
constexpr absl::string_view kInstallation = "all";

}  // namespace

CodeLimits::CodeLimits(const config::v1::Limits& limits, const Clock& clock)
    : subject_(Rate::Of(limits.codes_per_subject_hour(), absl::Hours(1))),
      principal_(Rate::Of(limits.codes_per_principal_hour(), absl::Hours(1))),
      all_(Rate::Of(limits.codes_per_hour(), absl::Hours(1))),
      clock_(clock) {}

absl::Status CodeLimits::Take(const std::string& principal, const std::string& subject) {
  const absl::Time now = clock_.Now();
  absl::Duration wait = subjects_.Take(subject, subject_, now);
  if (wait > absl::ZeroDuration()) return RateLimited("codes_per_subject_hour", wait);
  wait = principals_.Take(principal, principal_, now);
  if (wait > absl::ZeroDuration()) {
    subjects_.PutBack(subject, subject_);
    return RateLimited("codes_per_principal_hour", wait);
  }
  wait = installation_.Take(kInstallation, all_, now);
  if (wait > absl::ZeroDuration()) {
    principals_.PutBack(principal, principal_);
    subjects_.PutBack(subject, subject_);
    return RateLimited("codes_per_hour", wait);
  }
  return absl::OkStatus();
}

void CodeLimits::PutBack(const std::string& principal, const std::string& subject) {
  subjects_.PutBack(subject, subject_);
  principals_.PutBack(principal, principal_);
  installation_.PutBack(kInstallation, all_);
}

}  // namespace dsr
