#include "app/grants.h"

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/ids.h"

namespace dsr {

std::string GrantFor(const ServerSecrets& secrets, absl::string_view grant_id) {
  return Id128::FromBytes(secrets.GrantHash(grant_id).substr(0, Id128::kSize))->ToString();
}

bool IsGrant(const ServerSecrets& secrets, absl::string_view grant_id,
             absl::string_view submitted) {
  if (grant_id.empty()) return false;
  return ConstantTimeEqual(submitted, GrantFor(secrets, grant_id));
}

absl::Status GrantInvalid() {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_GRANT_INVALID,
                   "the download grant is unknown, used, expired or bound to another caller");
}

}  // namespace dsr
