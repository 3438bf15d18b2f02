#include "app/rate_limited.h"

#include <algorithm>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/unknown_field_set.h"

namespace dsr {
namespace {

constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

// RetryInfo itself is in none of the packages that we build with: any message carries its field.
std::string EncodeRetryInfo(int64_t millis) {
  constexpr int kRetryDelay = 1;
  google::protobuf::Duration delay;
  delay.set_seconds(millis / 1000);
  delay.set_nanos(static_cast<int32_t>(millis % 1000 * 1'000'000));
  google::protobuf::Empty info;
  info.GetReflection()->MutableUnknownFields(&info)->AddLengthDelimited(kRetryDelay,
                                                                        delay.SerializeAsString());
  return info.SerializeAsString();
}

}  // namespace

absl::Status RateLimited(absl::string_view limit, absl::Duration wait) {
  // Rounded up: whoever comes back that late must not be told to wait again.
  const int64_t millis = std::max<int64_t>(
      absl::ToInt64Milliseconds(wait + absl::Milliseconds(1) - absl::Nanoseconds(1)), 1);
  absl::Status status = MakeError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_RATE_LIMITED,
      absl::StrCat("the limit ", limit, " is reached; repeat the same call after `retry_after_ms`"),
      {{"limit", std::string(limit)}, {"retry_after_ms", absl::StrCat(millis)}});
  status.SetPayload(kRetryInfoUrl, absl::Cord(EncodeRetryInfo(millis)));
  return status;
}

std::string LimitOf(const absl::Status& status) {
  if (ReasonOf(status) != v1::ERROR_REASON_RATE_LIMITED) return "";
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  const auto limit = info->metadata().find("limit");
  return limit == info->metadata().end() ? "" : limit->second;
}

}  // namespace dsr
