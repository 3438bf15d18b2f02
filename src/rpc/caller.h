// Who calls, by what was shown for it.
#ifndef DSR_RPC_CALLER_H_
#define DSR_RPC_CALLER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "app/principal.h"

namespace dsr {

// What a call brings to show who makes it. The bytes are those of whoever keeps them.
struct Credentials {
  // All `authorization` headers.
  std::vector<absl::string_view> authorizations;
  // The client certificate of the connection, in PEM, and with those that it came with; both empty
  // when there is none.
  absl::string_view certificate;
  absl::string_view certificate_chain;
};

// A caller that is known.
struct Caller {
  std::shared_ptr<const Principal> principal;
  // What the token is good for, as in method_roles.h; empty: for all that the roles allow.
  std::vector<std::string> scopes;
};

}  // namespace dsr

#endif  // DSR_RPC_CALLER_H_
