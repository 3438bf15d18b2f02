// The keys that dsrd derives from its root secret (key_file.h), each for one use.
#ifndef DSR_APP_SERVER_SECRETS_H_
#define DSR_APP_SERVER_SECRETS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"

namespace dsr {

// Returns the key for one use: HMAC-SHA256 of `label` under `secret`.
SecretKey DeriveKey(const SecretKey& secret, absl::string_view label);

// Keyed hashes of what must be found or recognised without being stored. Immutable: thread-safe.
class ServerSecrets {
 public:
  explicit ServerSecrets(const SecretKey& root_secret);

  // What a subject's account is found by; 32 bytes.
  std::string AccountHash(absl::string_view account) const;

  // What the arguments of a call are recognised by; 16 bytes. `arguments` is the call's serialised
  // request without its idempotency key.
  std::string Fingerprint(absl::string_view method, absl::string_view arguments) const;

  // What requesters, and what they ask for, are compared by; 16 bytes.
  std::string ContentHash(absl::string_view data) const;

  // What one-time codes are made from; see verification_codes.h.
  std::string CodeHash(absl::string_view data) const;

  // What grants are made from; see grants.h.
  std::string GrantHash(absl::string_view data) const;

  // What shows that a page token is our own and belongs to its query; 32 bytes.
  std::string PageTokenHash(absl::string_view data) const;

  // What shows that an entry of the journal of destroyed keys is our own; 32 bytes.
  std::string ShredHash(absl::string_view data) const;

  // What this installation signs notes with; see deletion_certificate.h. Valid as long as this.
  const SecretKey& SigningSeed() const { return signing_seed_; }

  // What backups of the database are sealed with; see backup_file.h. Valid as long as this.
  const SecretKey& BackupKey() const { return backups_; }

 private:
  const SecretKey accounts_;
  const SecretKey fingerprints_;
  const SecretKey contents_;
  const SecretKey codes_;
  const SecretKey grants_;
  const SecretKey page_tokens_;
  const SecretKey shreds_;
  const SecretKey signing_seed_;
  const SecretKey backups_;
};

}  // namespace dsr

#endif  // DSR_APP_SERVER_SECRETS_H_
