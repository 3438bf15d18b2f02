#include "rpc/authenticator.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "dsr/base/status_macros.h"
#include "rpc/caller_errors.h"

namespace dsr {
namespace {

constexpr absl::string_view kBearer = "Bearer ";
constexpr char kTokenUnknown[] = "send a known token as `authorization: Bearer ...`";

}  // namespace

absl::StatusOr<Caller> Authenticator::Authenticate(const Credentials& credentials) {
  const std::shared_ptr<const PrincipalDirectory> principals = parts_.principals.Present();
  if (credentials.authorizations.size() > 1) {
    return CallerUnknown("the call has more than one `authorization` header");
  }
  DSR_ASSIGN_OR_RETURN(Caller by_certificate, FromCertificate(credentials, *principals));
  if (credentials.authorizations.empty()) {
    if (by_certificate.principal != nullptr) return by_certificate;
    if (credentials.certificate.empty()) return CallerUnknown(kTokenUnknown);
    return CallerUnknown(
        "no principal has a name of the client certificate: add one to the token file, or send a "
        "token, too");
  }
  DSR_ASSIGN_OR_RETURN(Caller by_token,
                       FromAuthorization(credentials.authorizations.front(), *principals));
  if (by_certificate.principal != nullptr && by_certificate.principal != by_token.principal) {
    return CallerUnknown("the token is not that of the principal of the client certificate");
  }
  return by_token;
}

absl::StatusOr<Caller> Authenticator::FromCertificate(const Credentials& credentials,
                                                      const PrincipalDirectory& principals) {
  Caller caller;
  if (credentials.certificate.empty()) return caller;
  if (parts_.certificates == nullptr) {
    return CallerUnknown("client certificates are not taken here");
  }
  DSR_ASSIGN_OR_RETURN(
      const std::vector<std::string> names,
      parts_.certificates->Check(credentials.certificate, credentials.certificate_chain));
  for (const std::string& name : names) {
    std::shared_ptr<const Principal> named = principals.FindCertificateName(name);
    if (named == nullptr) continue;
    if (caller.principal != nullptr && caller.principal != named) {
      return CallerUnknown("the names of the client certificate are those of two principals");
    }
    caller.principal = std::move(named);
  }
  return caller;
}

absl::StatusOr<Caller> Authenticator::FromAuthorization(absl::string_view authorization,
                                                        const PrincipalDirectory& principals) {
  if (!absl::StartsWithIgnoreCase(authorization, kBearer)) return CallerUnknown(kTokenUnknown);
  const absl::string_view token = absl::StripAsciiWhitespace(authorization.substr(kBearer.size()));
  if (const KnownToken* known = principals.FindToken(token)) {
    if (parts_.clock.Now() >= known->expire_time) return TokenExpired();
    return Caller{.principal = known->principal, .scopes = known->scopes};
  }
  // Tokens of the token file have no dot.
  if (parts_.issuers.empty() || !absl::StrContains(token, '.')) return CallerUnknown(kTokenUnknown);
  DSR_ASSIGN_OR_RETURN(const OidcIdentity identity,
                       parts_.issuers.Verify(token, parts_.clock.Now()));
  std::shared_ptr<const Principal> principal =
      principals.FindOidcSubject(identity.issuer, identity.subject);
  if (principal == nullptr) {
    return CallerUnknown("no principal has the subject of the token among its oidc_subjects");
  }
  return Caller{.principal = std::move(principal)};
}

}  // namespace dsr
