// A signed JSON Web Token, taken apart (RFC 7515, RFC 7519).
#ifndef DSR_RPC_JSON_WEB_TOKEN_H_
#define DSR_RPC_JSON_WEB_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"

namespace dsr {

// The longest token that is looked at, in bytes.
inline constexpr size_t kLongestWebToken = 8 << 10;

// Nothing of it is to be believed before the signature is checked.
struct JsonWebToken {
  std::string algorithm;
  std::string key_id;
  google::protobuf::Struct claims;
  // What is signed, a part of the text that was parsed.
  absl::string_view signed_text;
  std::string signature;
};

// Takes `text` apart. Errors: UNAUTHENTICATED TOKEN_INVALID when it is longer than
// kLongestWebToken, does not have three parts of base64url, the first two of JSON without a member
// twice, or its header has no `alg` or `kid`, is of another type than a JWT, or has `crit`: no
// extension is known here. Thread-safe.
absl::StatusOr<JsonWebToken> ParseJsonWebToken(absl::string_view text);

}  // namespace dsr

#endif  // DSR_RPC_JSON_WEB_TOKEN_H_
