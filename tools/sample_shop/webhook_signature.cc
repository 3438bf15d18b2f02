#include "sample_shop/webhook_signature.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/status_macros.h"

namespace dsr::sample_shop {
namespace {

absl::StatusOr<std::string> DecodeSecret(absl::string_view secret) {
  if (!absl::ConsumePrefix(&secret, "whsec_") || secret.empty()) {
    return absl::InvalidArgumentError("a webhook secret is whsec_ and base64");
  }
  std::string padded(secret);
  while (padded.size() % 4 != 0) padded.push_back('=');
  absl::StatusOr<std::string> key = Base64Decode(padded);
  if (!key.ok()) return absl::InvalidArgumentError("a webhook secret is whsec_ and base64");
  return key;
}

}  // namespace

absl::Status VerifyWebhook(absl::string_view secret, const WebhookHeaders& headers,
                           absl::string_view body, absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const std::string key, DecodeSecret(secret));
  if (headers.id.empty() || headers.timestamp.empty() || headers.signature.empty()) {
    return absl::UnauthenticatedError("a webhook header is missing");
  }
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(headers.timestamp, &seconds)) {
    return absl::UnauthenticatedError("the webhook's timestamp is no number");
  }
  const absl::Duration difference = absl::FromUnixSeconds(seconds) - now;
  if (absl::AbsDuration(difference) > kWebhookTolerance) {
    return absl::UnauthenticatedError("the webhook's timestamp is too far from now");
  }
  const std::string expected =
      Base64Encode(HmacSha256(key, absl::StrCat(headers.id, ".", headers.timestamp, ".", body)));
  for (absl::string_view signature : absl::StrSplit(headers.signature, ' ')) {
    if (absl::ConsumePrefix(&signature, "v1,") && ConstantTimeEqual(signature, expected)) {
      return absl::OkStatus();
    }
  }
  return absl::UnauthenticatedError("no signature of the webhook fits");
}

}  // namespace dsr::sample_shop
