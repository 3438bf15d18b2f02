// A whole dsrd in the test's process, with a clock that the test moves.
#ifndef DSR_TESTS_INTEGRATION_TEST_SERVER_H_
#define DSR_TESTS_INTEGRATION_TEST_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "dsr/config/v1/config.pb.h"
#include "integration/api_client.h"
#include "server/environment.h"
#include "testing/simulated_clock.h"
#include "testing/temp_dir.h"

namespace dsr {

// Serves on a free port with the real workflows, the development principals, a directory of its own
// and a clock that stands still. Ends the process when it cannot start. Not thread-safe; `Call` is.
class TestServer : public ApiClient {
 public:
  using Adjust = std::function<void(config::v1::ServerConfig&)>;

  // `data_dir`, when given, is used and not removed. `call_seconds` is the cap of calls without a
  // deadline. `adjust` may change the configuration, once the development files are there.
  explicit TestServer(absl::string_view data_dir = "", int call_seconds = 30, Adjust adjust = {});
  // `more` is merged into the configuration, before the development files are made.
  TestServer(absl::string_view data_dir, int call_seconds, config::v1::ServerConfig more);
  ~TestServer();

  SimulatedClock& clock() { return clock_; }

  // Ends the server, and starts it again on the same files, or on what `between` made of them.
  void Restart(const std::function<void()>& between = nullptr);

  int metrics_port() const { return environment_->metrics_port(); }

 private:
  TestServer(absl::string_view data_dir, int call_seconds, config::v1::ServerConfig more,
             Adjust adjust);

  void Start();

  TempDir own_dir_;
  const std::string folder_;
  const int call_seconds_;
  const config::v1::ServerConfig more_;
  const Adjust adjust_;
  SimulatedClock clock_;
  std::unique_ptr<Environment> environment_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_TEST_SERVER_H_
