// Signs JSON Web Tokens, right ones and wrong ones.
#ifndef DSR_TESTS_TESTING_TEST_TOKEN_SIGNER_H_
#define DSR_TESTS_TESTING_TEST_TOKEN_SIGNER_H_

#include <string>

#include "dsr/base/openssl_pointers.h"

namespace dsr {

// Base64url without padding.
std::string Base64UrlEncode(const std::string& bytes);

// One key of an OpenID Connect provider. Ends the test's process when OpenSSL fails. Not
// thread-safe.
class TestTokenSigner {
 public:
  enum class Kind { kRsa, kRsaPss, kEc, kEd25519 };

  // `rsa_bits` is for RSA keys.
  TestTokenSigner(Kind kind, std::string key_id, int rsa_bits = 2048);

  const std::string& key_id() const { return key_id_; }
  // `RS256`, `PS256`, `ES256` or `EdDSA`.
  std::string algorithm() const;

  // The public key as a member of a key set, with `more` (such as `,"use":"enc"`) at its end.
  std::string Jwk(const std::string& more = "") const;
  // A key set of this key only.
  std::string KeySet() const { return "{\"keys\":[" + Jwk() + "]}"; }

  // A token with these claims, and the header that belongs to the key.
  std::string Token(const std::string& claims) const;
  // One with another header.
  std::string Token(const std::string& header, const std::string& claims) const;

 private:
  std::string Sign(const std::string& text) const;

  const Kind kind_;
  const std::string key_id_;
  PrivateKeyPtr key_;
};

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_TEST_TOKEN_SIGNER_H_
