// Everything dsrd is made of, put together. The only code that names concrete classes.
#ifndef DSR_SERVER_ENVIRONMENT_H_
#define DSR_SERVER_ENVIRONMENT_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// How to start.
struct EnvironmentOptions {
  // Complete and checked (CompleteConfig).
  config::v1::ServerConfig config;
  // Webhooks may go to loopback over http, and retries come in seconds.
  bool is_dev = false;
  // The clock; outlives the environment. Null: the system's, moved by `time_offset`.
  Clock* clock = nullptr;
  absl::Duration time_offset;
  // Called when a client asks for a graceful end; must not block. May be null.
  std::function<void()> drain;
};

// A running server. Thread-safe.
class Environment {
 public:
  // Opens the files, loads the definitions and serves. Errors: FAILED_PRECONDITION
  // INSTALLATION_INVALID or DEFINITION_INVALID, with every finding about a definition in the log;
  // the server then never listened.
  static absl::StatusOr<std::unique_ptr<Environment>> Start(EnvironmentOptions options);

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  // Stops without letting calls finish, unless Stop was called.
  ~Environment();

  // The port it listens on.
  int port() const;
  // The port on which it serves metrics; 0 for none.
  int metrics_port() const;

  // Ends: health says NOT_SERVING, calls under way get `grace` to finish, threads stop, files
  // close. Blocks. Idempotent.
  void Stop(absl::Duration grace);

 private:
  class Parts;

  explicit Environment(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace dsr

#endif  // DSR_SERVER_ENVIRONMENT_H_
