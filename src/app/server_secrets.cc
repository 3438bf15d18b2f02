#include "app/server_secrets.h"

#include "absl/strings/str_cat.h"

namespace dsr {

SecretKey DeriveKey(const SecretKey& secret, absl::string_view label) {
  std::string bytes = HmacSha256(secret.bytes(), label);
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  WipeString(bytes);
  return *std::move(key);  // An HMAC-SHA256 has the 32 bytes of a key.
}

// The labels are part of what is stored: a changed one makes every stored hash unknown.
ServerSecrets::ServerSecrets(const SecretKey& root_secret)
    : accounts_(DeriveKey(root_secret, "dsrd account hash 1")),
      fingerprints_(DeriveKey(root_secret, "dsrd answer fingerprint 1")),
      contents_(DeriveKey(root_secret, "dsrd content hash 1")),
      codes_(DeriveKey(root_secret, "dsrd one-time code 1")),
      grants_(DeriveKey(root_secret, "dsrd download grant 1")),
      page_tokens_(DeriveKey(root_secret, "dsrd page token 1")),
      shreds_(DeriveKey(root_secret, "dsrd key destruction 1")),
      signing_seed_(DeriveKey(root_secret, "dsrd note signature 1")),
      backups_(DeriveKey(root_secret, "dsrd backup 1")) {}

std::string ServerSecrets::AccountHash(absl::string_view account) const {
  return HmacSha256(accounts_.bytes(), account);
}

std::string ServerSecrets::Fingerprint(absl::string_view method,
                                       absl::string_view arguments) const {
  return HmacSha256(fingerprints_.bytes(), absl::StrCat(method.size(), ":", method, arguments))
      .substr(0, 16);
}

std::string ServerSecrets::ContentHash(absl::string_view data) const {
  return HmacSha256(contents_.bytes(), data).substr(0, 16);
}

std::string ServerSecrets::CodeHash(absl::string_view data) const {
  return HmacSha256(codes_.bytes(), data);
}

std::string ServerSecrets::GrantHash(absl::string_view data) const {
  return HmacSha256(grants_.bytes(), data);
}

std::string ServerSecrets::PageTokenHash(absl::string_view data) const {
  return HmacSha256(page_tokens_.bytes(), data);
}

std::string ServerSecrets::ShredHash(absl::string_view data) const {
  return HmacSha256(shreds_.bytes(), data);
}

}  // namespace dsr
