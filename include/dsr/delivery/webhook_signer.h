// Signs webhooks as Standard Webhooks 1.0.0 prescribes.
#ifndef DSR_DELIVERY_WEBHOOK_SIGNER_H_
#define DSR_DELIVERY_WEBHOOK_SIGNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/crypto.h"

namespace dsr {

// The decoded secrets of one endpoint, newest first; during a rotation the old one signs too.
// Immutable; thread-safe.
class WebhookSigner {
 public:
  // `secrets` are `whsec_` + base64 of 24 to 64 bytes, shared with the recipient (HMAC-SHA256), or
  // `whsk_` + base64 of the 32 bytes of an Ed25519 seed, which only we have; padded or not. Errors:
  // INVALID_ARGUMENT FIELD_INVALID (never with the secret in its text) when there is none or one
  // has another form or length.
  static absl::StatusOr<WebhookSigner> Create(const std::vector<std::string>& secrets);

  // The value of the header `webhook-signature`: for each secret `v1,<base64 HMAC-SHA256>` or
  // `v1a,<base64 Ed25519>`, in their order, separated by a space, over `id "." unix-seconds "."
  // body`. `id` holds no ".".
  std::string Sign(absl::string_view id, absl::Time timestamp, absl::string_view body) const;

  // `whpk_` + base64 of the public key of each `whsk_` secret, in their order: what the recipient
  // needs to check a `v1a` signature.
  std::vector<std::string> public_keys() const;

 private:
  // One of the two.
  struct Key {
    std::string shared_secret;
    std::shared_ptr<const SecretKey> seed;
  };

  static absl::StatusOr<Key> ParseKey(absl::string_view secret);

  explicit WebhookSigner(std::vector<Key> keys);
  std::vector<Key> keys_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_SIGNER_H_
