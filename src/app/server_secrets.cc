#include "app/server_secrets.h"

#include "absl/strings/str_cat.h"

namespace dsr {

SecretKey DeriveKey(const SecretKey& key_encryption_key, absl::string_view label) {
  std::string bytes = HmacSha256(key_encryption_key.bytes(), label);
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  WipeString(bytes);
  return *std::move(key);  // An HMAC-SHA256 has the 32 bytes of a key.
}

// The labels are part of what is stored: a changed one makes every stored hash unknown.
ServerSecrets::ServerSecrets(const SecretKey& key_encryption_key)
    : accounts_(DeriveKey(key_encryption_key, "dsrd account hash 1")),
      fingerprints_(DeriveKey(key_encryption_key, "dsrd answer fingerprint 1")),
      contents_(DeriveKey(key_encryption_key, "dsrd content hash 1")),
      codes_(DeriveKey(key_encryption_key, "dsrd one-time code 1")),
      grants_(DeriveKey(key_encryption_key, "dsrd download grant 1")),
      page_tokens_(DeriveKey(key_encryption_key, "dsrd page token 1")),
      signing_seed_(DeriveKey(key_encryption_key, "dsrd note signature 1")) {}

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

}  // namespace dsr
