#include "delivery/backoff.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"

namespace dsr {
namespace {

constexpr double kJitter = 0.2;

// Returns a number in [-1, 1) that is the same in every process.
double Spread(absl::string_view seed, int attempts) {
  const std::string hash = Sha256Concat({seed, "/", absl::StrCat(attempts)});
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(hash[i]);
  return number / 2147483648.0 - 1;
}

}  // namespace

BackoffSchedule BackoffSchedule::ForNotices(double scale) {
  return BackoffSchedule(
      {absl::ZeroDuration(), absl::Seconds(5), absl::Minutes(5), absl::Minutes(30), absl::Hours(2),
       absl::Hours(5), absl::Hours(10), absl::Hours(14), absl::Hours(20), absl::Hours(24)},
      scale);
}

BackoffSchedule BackoffSchedule::ForMessages(double scale) {
  return BackoffSchedule({absl::ZeroDuration(), absl::Seconds(5), absl::Minutes(1),
                          absl::Minutes(5), absl::Minutes(30), absl::Hours(2)},
                         scale);
}

BackoffSchedule::BackoffSchedule(std::vector<absl::Duration> pauses, double scale)
    : pauses_(std::move(pauses)), scale_(scale) {}

absl::Duration BackoffSchedule::Delay(int attempts, absl::string_view seed,
                                      absl::Duration retry_after) const {
  const size_t index = std::clamp<size_t>(std::max(attempts, 0), 0, pauses_.size() - 1);
  const absl::Duration planned = pauses_[index] * scale_ * (1 + kJitter * Spread(seed, attempts));
  return std::max(planned, std::min(retry_after, kLongestRetryAfter));
}

}  // namespace dsr
