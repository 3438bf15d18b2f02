#include "delivery/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace dsr {

absl::Duration ParseRetryAfter(absl::string_view value, absl::Time now) {
  const std::string text(absl::StripAsciiWhitespace(value));
  if (text.empty()) return absl::ZeroDuration();
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    uint32_t seconds = 0;
    return absl::SimpleAtoi(text, &seconds) ? absl::Seconds(seconds) : absl::ZeroDuration();
  }
  const time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) return absl::ZeroDuration();
  return std::max(absl::FromTimeT(date) - now, absl::ZeroDuration());
}

}  // namespace dsr
