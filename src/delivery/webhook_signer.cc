#include "dsr/delivery/webhook_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

constexpr size_t kLeastKeyBytes = 24;
constexpr size_t kMostKeyBytes = 64;

absl::Status InvalidSecret(absl::string_view description) {
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "keys", description);
}

absl::StatusOr<std::string> DecodeSecret(absl::string_view secret) {
  if (!absl::ConsumePrefix(&secret, "whsec_")) {
    return InvalidSecret("a webhook secret begins with whsec_");
  }
  std::string text(secret);
  // Some tools print secrets without padding, which the decoder insists on.
  while (text.size() % 4 != 0) text.push_back('=');
  absl::StatusOr<std::string> key = Base64Decode(text);
  WipeString(text);
  if (!key.ok()) return InvalidSecret("a webhook secret is whsec_ and standard base64");
  if (key->size() < kLeastKeyBytes || key->size() > kMostKeyBytes) {
    return InvalidSecret("a webhook secret holds 24 to 64 bytes");
  }
  return *std::move(key);
}

}  // namespace

absl::StatusOr<WebhookSigner> WebhookSigner::Create(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return InvalidSecret("an endpoint needs at least one secret");
  std::vector<std::string> keys;
  for (const std::string& secret : secrets) {
    absl::StatusOr<std::string> key = DecodeSecret(secret);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  return WebhookSigner(std::move(keys));
}

std::string WebhookSigner::Sign(absl::string_view id, absl::Time timestamp,
                                absl::string_view body) const {
  const std::string signed_bytes = absl::StrCat(id, ".", absl::ToUnixSeconds(timestamp), ".", body);
  return absl::StrJoin(keys_, " ", [&](std::string* out, const std::string& key) {
    absl::StrAppend(out, "v1,", Base64Encode(HmacSha256(key, signed_bytes)));
  });
}

}  // namespace dsr
