#include "dsr/delivery/webhook_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr size_t kLeastKeyBytes = 24;
constexpr size_t kMostKeyBytes = 64;

absl::Status InvalidSecret(absl::string_view description) {
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "keys", description);
}

// Some tools print secrets without padding, which the decoder insists on.
absl::StatusOr<std::string> DecodeSecret(absl::string_view secret) {
  std::string text(secret);
  while (text.size() % 4 != 0) text.push_back('=');
  absl::StatusOr<std::string> bytes = Base64Decode(text);
  WipeString(text);
  if (!bytes.ok()) return InvalidSecret("a webhook secret is whsec_ or whsk_ and standard base64");
  return bytes;
}

}  // namespace

WebhookSigner::WebhookSigner(std::vector<Key> keys) : keys_(std::move(keys)) {}

absl::StatusOr<WebhookSigner> WebhookSigner::Create(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return InvalidSecret("an endpoint needs at least one secret");
  std::vector<Key> keys;
  for (const std::string& secret : secrets) {
    DSR_ASSIGN_OR_RETURN(Key key, ParseKey(secret));
    keys.push_back(std::move(key));
  }
  return WebhookSigner(std::move(keys));
}

absl::StatusOr<WebhookSigner::Key> WebhookSigner::ParseKey(absl::string_view secret) {
  if (absl::ConsumePrefix(&secret, "whsec_")) {
    DSR_ASSIGN_OR_RETURN(std::string bytes, DecodeSecret(secret));
    if (bytes.size() < kLeastKeyBytes || bytes.size() > kMostKeyBytes) {
      return InvalidSecret("a webhook secret whsec_ holds 24 to 64 bytes");
    }
    Key key;
    key.shared_secret.assign(bytes.data(), bytes.size());
    WipeString(bytes);
    return key;
  }
  if (absl::ConsumePrefix(&secret, "whsk_")) {
    DSR_ASSIGN_OR_RETURN(std::string bytes, DecodeSecret(secret));
    absl::StatusOr<SecretKey> seed = SecretKey::FromBytes(bytes);
    WipeString(bytes);
    if (!seed.ok()) return InvalidSecret("a webhook secret whsk_ holds the 32 bytes of a seed");
    Key key;
    key.seed = std::make_shared<SecretKey>(*std::move(seed));
    return key;
  }
  return InvalidSecret("a webhook secret begins with whsec_ or whsk_");
}

std::string WebhookSigner::Sign(absl::string_view id, absl::Time timestamp,
                                absl::string_view body) const {
  const std::string signed_bytes = absl::StrCat(id, ".", absl::ToUnixSeconds(timestamp), ".", body);
  return absl::StrJoin(keys_, " ", [&](std::string* out, const Key& key) {
    if (key.seed != nullptr) {
      absl::StrAppend(out, "v1a,", Base64Encode(Ed25519Sign(key.seed->bytes(), signed_bytes)));
    } else {
      absl::StrAppend(out, "v1,", Base64Encode(HmacSha256(key.shared_secret, signed_bytes)));
    }
  });
}

std::vector<std::string> WebhookSigner::public_keys() const {
  std::vector<std::string> keys;
  for (const Key& key : keys_) {
    if (key.seed == nullptr) continue;
    keys.push_back(absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(key.seed->bytes()))));
  }
  return keys;
}

}  // namespace dsr
