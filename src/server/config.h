// The server's configuration: a text-format file and flags; flags win.
#ifndef DSR_SERVER_CONFIG_H_
#define DSR_SERVER_CONFIG_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// Fills in defaults and checks ranges. `dev` relaxes what --dev makes for itself.
// Errors: FAILED_PRECONDITION INSTALLATION_INVALID naming the key.
absl::Status CompleteConfig(config::v1::ServerConfig& config);

// How callers are connected, for the log: `mtls`, `tls` or `plain, loopback only`.
std::string TransportName(const config::v1::ServerConfig& config);

// Tells whether `host:port` is on loopback: 127.0.0.0/8, ::1 or localhost.
bool IsLoopback(absl::string_view address);

}  // namespace dsr

#endif  // DSR_SERVER_CONFIG_H_
