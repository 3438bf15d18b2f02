// Signs webhooks as Standard Webhooks 1.0.0 prescribes.
#ifndef DSR_DELIVERY_WEBHOOK_SIGNER_H_
#define DSR_DELIVERY_WEBHOOK_SIGNER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// The decoded secrets of one endpoint, newest first; during a rotation the old one signs too.
// Immutable; thread-safe.
class WebhookSigner {
 public:
  // `secrets` are `whsec_` + base64 of 24 to 64 bytes, padded or not. Errors: INVALID_ARGUMENT
  // FIELD_INVALID (never with the secret in its text) when there is none or one has another form or
  // length.
  static absl::StatusOr<WebhookSigner> Create(const std::vector<std::string>& secrets);

  // The value of the header `webhook-signature`: `v1,<base64 HMAC-SHA256>` of each secret,
  // separated by a space, over `id "." unix-seconds "." body`. `id` holds no ".".
  std::string Sign(absl::string_view id, absl::Time timestamp, absl::string_view body) const;

 private:
  explicit WebhookSigner(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  std::vector<std::string> keys_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_SIGNER_H_
