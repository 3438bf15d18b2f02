// Which roles may call which method.
#ifndef DSR_RPC_METHOD_ROLES_H_
#define DSR_RPC_METHOD_ROLES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "app/principal.h"

namespace dsr {

// The roles that a token file may give.
std::vector<std::string> RoleNames();

// Tells whether `role` is one of them.
bool IsRole(absl::string_view role);

// The scope of all methods that change nothing.
inline constexpr absl::string_view kReadsScope = "reads";

// Tells whether a token may have this scope: `reads`, or a method with a row.
bool IsScope(absl::string_view scope);

// Tells whether a call of `method` changes nothing.
bool IsRead(absl::string_view method);

// Tells whether `principal` has one of the roles that may call `method`, such as `GetRequest`.
// Which requests, and what the request's workflow allows, is decided later. Errors:
// PERMISSION_DENIED ROLE_MISSING, also for a method without a row.
absl::Status CheckRole(const Principal& principal, absl::string_view method);

// Tells whether a token of these scopes, all of them when there are none, is good for `method`.
// Errors: PERMISSION_DENIED ROLE_MISSING.
absl::Status CheckScope(const std::vector<std::string>& scopes, absl::string_view method);

// Tells whether `method` has a row.
bool HasMethodRoles(absl::string_view method);

// Tells whether the principal may see a request's personal fields.
bool MaySeePersonalFields(const Principal& principal);

// Tells whether the principal may see a verification's personal fields.
bool MaySeeEvidence(const Principal& principal);

// Tells whether the principal may see what became of the codes of a request that was never
// verified. Whether they found an address tells whether the account exists.
bool MaySeeCodes(const Principal& principal);

// What a caller gets who asks for personal fields without.
absl::Status PersonalFieldsDenied(absl::string_view method);

}  // namespace dsr

#endif  // DSR_RPC_METHOD_ROLES_H_
