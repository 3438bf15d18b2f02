// Finds out who calls.
#ifndef DSR_RPC_AUTHENTICATOR_H_
#define DSR_RPC_AUTHENTICATOR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/clock.h"
#include "rpc/caller.h"
#include "rpc/client_certificates.h"
#include "rpc/oidc_issuers.h"
#include "rpc/principal_directory.h"
#include "rpc/principal_file.h"

namespace dsr {

// Knows callers by a client certificate, by a token of the token file, or by a token of an OpenID
// Connect provider. Thread-safe.
class Authenticator {
 public:
  // All of them outlive this.
  struct Parts {
    const Clock& clock;
    PrincipalFile& principals;
    OidcIssuers& issuers;
    // Null where no client certificates are asked for.
    ClientCertificates* certificates = nullptr;
  };

  explicit Authenticator(const Parts& parts) : parts_(parts) {}

  // Returns who brings these credentials. A certificate that was shown must be good, whatever else
  // came; where it names a principal, a token must be the same principal's. Errors: UNAUTHENTICATED
  // TOKEN_EXPIRED for a known token whose time is over; UNAUTHENTICATED TOKEN_INVALID for all else,
  // with a text that says which check failed and repeats nothing of what was shown. Blocks on the
  // disk when a file changed.
  absl::StatusOr<Caller> Authenticate(const Credentials& credentials);

 private:
  absl::StatusOr<Caller> FromCertificate(const Credentials& credentials,
                                         const PrincipalDirectory& principals);
  absl::StatusOr<Caller> FromAuthorization(absl::string_view authorization,
                                           const PrincipalDirectory& principals);

  const Parts parts_;
};

}  // namespace dsr

#endif  // DSR_RPC_AUTHENTICATOR_H_
