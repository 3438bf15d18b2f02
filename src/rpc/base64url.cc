#include "rpc/base64url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"

namespace dsr {

absl::StatusOr<std::string> Base64UrlDecode(absl::string_view text) {
  const bool is_url = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
  if (!is_url) {
    return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                     "no base64url");
  }
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return Base64Decode(standard);
}

}  // namespace dsr
