#include "rpc/principal_directory.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "rpc/method_roles.h"

namespace dsr {
namespace {

constexpr size_t kLongestToken = 4096;

absl::Status Wrong(absl::string_view principal, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("the principal `", principal, "` of the token file: ", what));
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

absl::Status CheckPrincipal(const config::v1::Principal& principal) {
  const std::string& name = principal.name();
  if (!IsName(name)) return Wrong(name, "a name has 1 to 100 characters of a-z, 0-9 and `-`");
  if (principal.roles().empty()) return Wrong(name, "it has no role");
  for (const std::string& role : principal.roles()) {
    if (!IsRole(role)) return Wrong(name, absl::StrCat("there is no role `", role, "`"));
  }
  const auto has = [&](absl::string_view role) {
    return std::find(principal.roles().begin(), principal.roles().end(), std::string(role)) !=
           principal.roles().end();
  };
  if (has("data_system") != absl::StartsWith(principal.data_system(), "systems/")) {
    return Wrong(name, "role data_system and `data_system: \"systems/...\"` go together");
  }
  if (has("recipient") != absl::StartsWith(principal.recipient(), "recipients/")) {
    return Wrong(name, "role recipient and `recipient: \"recipients/...\"` go together");
  }
  if (principal.data_system() == kOwnSystem) return Wrong(name, "`systems/dsrd` is dsrd itself");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PrincipalDirectory> PrincipalDirectory::Create(const config::v1::TokenFile& file) {
  PrincipalDirectory directory;
  std::set<std::string> names;
  std::set<std::string> hashes;
  for (const config::v1::Principal& given : file.principals()) {
    if (absl::Status status = CheckPrincipal(given); !status.ok()) return status;
    const absl::StatusOr<std::string> hash = HexDecode(given.token_sha256());
    if (!hash.ok() || hash->size() != kHashSize) {
      return Wrong(given.name(), "token_sha256 has 64 hexadecimal digits");
    }
    if (!names.insert(given.name()).second) return Wrong(given.name(), "it is there twice");
    if (!hashes.insert(*hash).second) return Wrong(given.name(), "another one has its token");
    auto principal = std::make_shared<Principal>();
    principal->name = given.name();
    principal->roles.assign(given.roles().begin(), given.roles().end());
    principal->data_system = given.data_system();
    principal->recipient = given.recipient();
    directory.entries_.push_back({*hash, std::move(principal)});
  }
  return directory;
}

std::shared_ptr<const Principal> PrincipalDirectory::Find(absl::string_view authorization) const {
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return nullptr;
  const absl::string_view token = absl::StripAsciiWhitespace(authorization.substr(kScheme.size()));
  if (token.empty() || token.size() > kLongestToken) return nullptr;
  const std::string hash = Sha256(token);
  std::shared_ptr<const Principal> found;
  for (const Entry& entry : entries_) {
    if (ConstantTimeEqual(entry.token_hash, hash)) found = entry.principal;
  }
  return found;
}

std::shared_ptr<const Principal> PrincipalDirectory::FindNamed(absl::string_view name) const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& one) { return one.principal->name == name; });
  return entry == entries_.end() ? nullptr : entry->principal;
}

}  // namespace dsr
