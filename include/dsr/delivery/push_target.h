// Which targets a recipient may be registered with that is told by gRPC push.
#ifndef DSR_DELIVERY_PUSH_TARGET_H_
#define DSR_DELIVERY_PUSH_TARGET_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether a notice may be pushed to `target`: `host:port` or `[address]:port`, port 443 or
// one from 1024 up, at most 300 bytes. A host written as an address must be public, in whatever
// spelling. With `allow_loopback` (development), addresses of this machine are allowed as well.
//
// Asked when a recipient is registered and again before each attempt. What a name resolves to is
// decided when the connection is made. Errors: INVALID_ARGUMENT FIELD_INVALID for the field
// `target`, without the target in its text. Thread-safe; does not block.
absl::Status ValidatePushTarget(absl::string_view target, bool allow_loopback);

}  // namespace dsr

#endif  // DSR_DELIVERY_PUSH_TARGET_H_
