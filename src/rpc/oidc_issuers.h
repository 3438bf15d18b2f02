// The OpenID Connect providers whose tokens are taken.
#ifndef DSR_RPC_OIDC_ISSUERS_H_
#define DSR_RPC_OIDC_ISSUERS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/watched_files.h"
#include "dsr/config/v1/config.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rpc/json_web_keys.h"

namespace dsr {

// Whom a token speaks of.
struct OidcIdentity {
  std::string issuer;
  std::string subject;
};

// Checks the tokens of the configuration's issuers. Each key file is read again when it changed.
// Thread-safe.
class OidcIssuers {
 public:
  // Reads the keys of all. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when an issuer lacks a
  // setting, or is there twice, or for what JsonWebKeys refuses.
  static absl::StatusOr<std::unique_ptr<OidcIssuers>> Open(
      const google::protobuf::RepeatedPtrField<config::v1::OidcIssuer>& settings);

  bool empty() const { return issuers_.empty(); }

  // Returns whom `token` speaks of, if one of the issuers made it for this server and it is valid
  // at `now`. Errors: UNAUTHENTICATED TOKEN_EXPIRED when all is right but the time; UNAUTHENTICATED
  // TOKEN_INVALID for everything else, with a text that says which check failed.
  absl::StatusOr<OidcIdentity> Verify(absl::string_view token, absl::Time now);

 private:
  struct Issuer {
    config::v1::OidcIssuer settings;
    std::unique_ptr<WatchedFiles<JsonWebKeys>> keys;
  };

  OidcIssuers() = default;

  std::map<std::string, Issuer, std::less<>> issuers_;
};

}  // namespace dsr

#endif  // DSR_RPC_OIDC_ISSUERS_H_
