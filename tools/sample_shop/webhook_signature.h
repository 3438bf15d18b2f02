// Checks the signature of a webhook, as any recipient would: Standard Webhooks 1.0.0, symmetric
// keys.
//
// Written apart from dsrd's signer on purpose: what one gets wrong the other shows.
#ifndef DSR_TOOLS_SAMPLE_SHOP_WEBHOOK_SIGNATURE_H_
#define DSR_TOOLS_SAMPLE_SHOP_WEBHOOK_SIGNATURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr::sample_shop {

// The headers of a webhook; empty where one is missing.
struct WebhookHeaders {
  // `webhook-id`
  std::string id;
  // `webhook-timestamp`: seconds since 1970 of this attempt.
  std::string timestamp;
  // `webhook-signature`: signatures with a space between.
  std::string signature;
};

// By how much the sender's clock may differ from ours.
inline constexpr absl::Duration kWebhookTolerance = absl::Minutes(5);

// Returns OK when one of the signatures over exactly these bytes was made with `secret`, which is
// `whsec_` and base64, padded or not. UNAUTHENTICATED when a header is missing or malformed, when
// the timestamp is further from `now` than kWebhookTolerance, or when no signature of version `v1`
// fits; other versions are skipped. INVALID_ARGUMENT when the secret is empty or no secret.
// Thread-safe.
absl::Status VerifyWebhook(absl::string_view secret, const WebhookHeaders& headers,
                           absl::string_view body, absl::Time now);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_WEBHOOK_SIGNATURE_H_
