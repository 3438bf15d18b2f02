#include "delivery/forged_signature.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"

namespace dsr {

std::string ForgeSignatures(absl::string_view signatures) {
  const std::vector<absl::string_view> items = absl::StrSplit(signatures, ' ');
  return absl::StrJoin(items, " ", [](std::string* out, absl::string_view item) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(item, absl::MaxSplits(',', 1));
    absl::StatusOr<std::string> bytes = Base64Decode(parts.second);
    // Cannot happen: they are ours.
    std::string forged = bytes.ok() && !bytes->empty() ? *std::move(bytes) : std::string(32, '\0');
    forged[0] = static_cast<char>(forged[0] ^ 1);
    absl::StrAppend(out, parts.first, ",", Base64Encode(forged));
  });
}

}  // namespace dsr
