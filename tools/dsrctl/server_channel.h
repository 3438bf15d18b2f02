// The connection to the server.
#ifndef DSR_TOOLS_DSRCTL_SERVER_CHANNEL_H_
#define DSR_TOOLS_DSRCTL_SERVER_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"

namespace dsr::dsrctl {

// How to connect by TLS; all are files in PEM.
struct TlsOptions {
  std::string ca_file;           // whom to trust; empty: no TLS
  std::string certificate_file;  // your certificate; empty: none is shown
  std::string key_file;          // its key, readable by its owner only
};

// Tells whether what is sent to `server` stays on this machine.
bool IsLoopback(absl::string_view server);

// Returns a channel to `server`, not connected yet. By TLS the server must have a certificate for
// the name by which it is called. Errors: INVALID_ARGUMENT, naming the option, when a file cannot
// be read, the key may be read by others, or `server` is beyond loopback and nothing would be
// encrypted: a token must not travel in the clear.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const std::string& server,
                                                           const TlsOptions& tls);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SERVER_CHANNEL_H_
