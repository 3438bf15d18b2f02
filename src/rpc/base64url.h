// Base64 as in URLs and JSON Web Tokens.
#ifndef DSR_RPC_BASE64URL_H_
#define DSR_RPC_BASE64URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Decodes base64url without padding (RFC 7515, appendix C): exactly what encoding gives, so that no
// two texts are one value. Anything else is INVALID_ARGUMENT FIELD_INVALID. Thread-safe.
absl::StatusOr<std::string> Base64UrlDecode(absl::string_view text);

}  // namespace dsr

#endif  // DSR_RPC_BASE64URL_H_
