#include "app/verification_codes.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"

namespace dsr {

std::string CodeFor(const ServerSecrets& secrets, const VerificationId& verification,
                    int send_number, int digits) {
  const std::string hash =
      secrets.CodeHash(absl::StrCat(verification.bytes(), "/", send_number, "/", digits));
  // Each digit is the remainder of 32 bytes' worth of number: of 2^256 values at most 9 more fall
  // on one digit than on another.
  std::string number = hash;
  std::string code(static_cast<size_t>(digits), '0');
  for (size_t i = code.size(); i-- > 0;) {
    unsigned remainder = 0;
    for (char& byte : number) {
      const unsigned value = remainder << 8 | static_cast<uint8_t>(byte);
      byte = static_cast<char>(value / 10);
      remainder = value % 10;
    }
    code[i] = static_cast<char>('0' + remainder);
  }
  return code;
}

int MatchSend(const ServerSecrets& secrets, const VerificationId& verification,
              absl::string_view submitted, int sends, int digits) {
  int matched = 0;
  for (int send = 1; send <= sends; ++send) {
    if (ConstantTimeEqual(submitted, CodeFor(secrets, verification, send, digits))) matched = send;
  }
  return matched;
}

}  // namespace dsr
