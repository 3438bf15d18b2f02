// The limits of the configuration.
#ifndef DSR_SERVER_LIMITS_CONFIG_H_
#define DSR_SERVER_LIMITS_CONFIG_H_

#include "absl/status/status.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// Fills in defaults and checks ranges; the last of `calls` fits everyone afterwards. Errors:
// FAILED_PRECONDITION INSTALLATION_INVALID naming the key.
absl::Status CompleteLimits(config::v1::Limits& limits);

}  // namespace dsr

#endif  // DSR_SERVER_LIMITS_CONFIG_H_
