// The public keys of an OpenID Connect provider.
#ifndef DSR_RPC_JSON_WEB_KEYS_H_
#define DSR_RPC_JSON_WEB_KEYS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr {

// How tokens are signed (RFC 7518, RFC 8037). What rests on a shared secret, and `none`, are not
// among them.
enum class JwtAlgorithm { kRs256, kPs256, kEs256, kEdDsa };

// A key set (RFC 7517). Each key has one algorithm, and signatures by another are refused whatever
// a token says. Immutable; thread-safe.
class JsonWebKeys {
 public:
  // Reads a set. Keys for encryption are passed over. Errors: FAILED_PRECONDITION
  // INSTALLATION_INVALID naming the `kid` and never a key, when the text is no set of keys, a key
  // has no `kid`, or one that is there twice, is a private or shared one, is weaker than RSA 2048,
  // or is for none of the algorithms.
  static absl::StatusOr<JsonWebKeys> Parse(absl::string_view json);

  JsonWebKeys(JsonWebKeys&&) noexcept;
  JsonWebKeys& operator=(JsonWebKeys&&) noexcept;
  ~JsonWebKeys();

  // What is to be checked, as a token's header names it.
  struct Signature {
    absl::string_view key_id;
    absl::string_view algorithm;
    absl::string_view signed_text;
    absl::string_view bytes;
  };

  // Errors: UNAUTHENTICATED TOKEN_INVALID when there is no such key, it has another algorithm, or
  // the signature is not that of the text.
  absl::Status Verify(const Signature& signature) const;

 private:
  struct Key;

  JsonWebKeys();

  std::map<std::string, std::unique_ptr<const Key>, std::less<>> keys_;
};

}  // namespace dsr

#endif  // DSR_RPC_JSON_WEB_KEYS_H_
