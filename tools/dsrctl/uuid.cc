#include "dsrctl/uuid.h"

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"

namespace dsr::dsrctl {
namespace {

// Writes 16 bytes as a UUID of `version`, variant 10.
std::string FormatUuid(std::string bytes, int version) {
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | version << 4);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  const std::string hex = HexEncode(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

}  // namespace

std::string RandomUuid() { return FormatUuid(RandomBytes(16), 4); }

std::string DerivedUuid(absl::string_view key, int index) {
  return FormatUuid(Sha256(absl::StrCat(key, "/", index)).substr(0, 16), 8);
}

}  // namespace dsr::dsrctl
