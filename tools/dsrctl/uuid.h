// UUIDs for idempotency keys (RFC 9562).
#ifndef DSR_TOOLS_DSRCTL_UUID_H_
#define DSR_TOOLS_DSRCTL_UUID_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Returns a random UUID, version 4.
std::string RandomUuid();

// Returns the UUID (version 8) that follows from `key` for the call number `index` of one command:
// the same again when the command is repeated with the same key.
std::string DerivedUuid(absl::string_view key, int index);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_UUID_H_
