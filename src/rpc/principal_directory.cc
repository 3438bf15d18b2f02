#include "rpc/principal_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
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

bool IsCertificateName(absl::string_view name) {
  absl::string_view value = name;
  if (absl::ConsumePrefix(&value, "URI:") || absl::ConsumePrefix(&value, "DNS:")) {
    return !value.empty();
  }
  return absl::StrContains(name, '=');
}

}  // namespace

absl::StatusOr<PrincipalDirectory> PrincipalDirectory::Create(const config::v1::TokenFile& file) {
  PrincipalDirectory directory;
  for (const config::v1::Principal& given : file.principals()) {
    DSR_RETURN_IF_ERROR(CheckPrincipal(given));
    auto principal = std::make_shared<Principal>();
    principal->name = given.name();
    principal->roles.assign(given.roles().begin(), given.roles().end());
    principal->data_system = given.data_system();
    principal->recipient = given.recipient();
    if (!directory.named_.emplace(given.name(), principal).second) {
      return Wrong(given.name(), "it is there twice");
    }
    DSR_RETURN_IF_ERROR(directory.AddCredentials(given, principal));
  }
  return directory;
}

absl::Status PrincipalDirectory::AddCredentials(const config::v1::Principal& given,
                                                const std::shared_ptr<const Principal>& principal) {
  if (!given.token_sha256().empty()) {
    config::v1::Token token;
    token.set_token_sha256(given.token_sha256());
    DSR_RETURN_IF_ERROR(AddToken(token, principal));
  }
  for (const config::v1::Token& token : given.tokens()) {
    DSR_RETURN_IF_ERROR(AddToken(token, principal));
  }
  for (const std::string& name : given.certificate_names()) {
    if (!IsCertificateName(name)) {
      return Wrong(
          given.name(),
          "a certificate name begins with `URI:` or `DNS:`, or is a subject such as `CN=x`");
    }
    if (!certificate_names_.emplace(name, principal).second) {
      return Wrong(given.name(), absl::StrCat("the certificate name `", name, "` is there twice"));
    }
  }
  for (const config::v1::OidcSubject& subject : given.oidc_subjects()) {
    if (subject.issuer().empty() || subject.subject().empty()) {
      return Wrong(given.name(), "oidc_subjects need both issuer and subject");
    }
    if (!oidc_subjects_.emplace(std::pair(subject.issuer(), subject.subject()), principal).second) {
      return Wrong(given.name(), "one of its oidc_subjects is there twice");
    }
  }
  return absl::OkStatus();
}

absl::Status PrincipalDirectory::AddToken(const config::v1::Token& token,
                                          const std::shared_ptr<const Principal>& principal) {
  const absl::StatusOr<std::string> hash = HexDecode(token.token_sha256());
  if (!hash.ok() || hash->size() != kHashSize) {
    return Wrong(principal->name, "token_sha256 has 64 hexadecimal digits");
  }
  if (std::any_of(tokens_.begin(), tokens_.end(),
                  [&](const Entry& entry) { return entry.hash == *hash; })) {
    return Wrong(principal->name, "one of its tokens is there twice");
  }
  KnownToken known{.principal = principal, .expire_time = absl::InfiniteFuture()};
  if (token.has_expire_time()) {
    if (!IsValidTimestamp(token.expire_time())) {
      return Wrong(principal->name, "the expire_time of a token is no time");
    }
    known.expire_time = FromTimestamp(token.expire_time());
  }
  for (const std::string& scope : token.scopes()) {
    if (!IsScope(scope)) {
      return Wrong(principal->name, absl::StrCat("there is no scope or method `", scope, "`"));
    }
    known.scopes.push_back(scope);
  }
  tokens_.push_back({*hash, std::move(known)});
  return absl::OkStatus();
}

const KnownToken* PrincipalDirectory::FindToken(absl::string_view token) const {
  if (token.empty() || token.size() > kLongestToken) return nullptr;
  const std::string hash = Sha256(token);
  const KnownToken* found = nullptr;
  for (const Entry& entry : tokens_) {
    if (ConstantTimeEqual(entry.hash, hash)) found = &entry.token;
  }
  return found;
}

std::shared_ptr<const Principal> PrincipalDirectory::FindCertificateName(
    absl::string_view name) const {
  const auto found = certificate_names_.find(name);
  return found == certificate_names_.end() ? nullptr : found->second;
}

std::shared_ptr<const Principal> PrincipalDirectory::FindOidcSubject(
    absl::string_view issuer, absl::string_view subject) const {
  const auto found = oidc_subjects_.find({std::string(issuer), std::string(subject)});
  return found == oidc_subjects_.end() ? nullptr : found->second;
}

std::shared_ptr<const Principal> PrincipalDirectory::FindNamed(absl::string_view name) const {
  const auto found = named_.find(name);
  return found == named_.end() ? nullptr : found->second;
}

}  // namespace dsr
