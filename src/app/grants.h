// Grants: what lets the holder download a package once. Derived from the grant's id, never stored.
#ifndef DSR_APP_GRANTS_H_
#define DSR_APP_GRANTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "app/server_secrets.h"

namespace dsr {

// Returns the grant of that id (RequestState.grant_id, 16 bytes): 128 bits as 26 characters of
// lower-case base32, easy to read out and to type.
std::string GrantFor(const ServerSecrets& secrets, absl::string_view grant_id);

// Tells whether `submitted` is that grant, in constant time. Never true for an empty id.
bool IsGrant(const ServerSecrets& secrets, absl::string_view grant_id, absl::string_view submitted);

// PERMISSION_DENIED GRANT_INVALID. One answer for all of it: a guess learns nothing.
absl::Status GrantInvalid();

}  // namespace dsr

#endif  // DSR_APP_GRANTS_H_
