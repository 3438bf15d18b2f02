// Runs the shop: a worker for each data system, an HTTP endpoint and an agent for each recipient.
#ifndef DSR_TOOLS_SAMPLE_SHOP_SERVE_H_
#define DSR_TOOLS_SAMPLE_SHOP_SERVE_H_

#include <string>

#include "absl/status/status.h"
#include "dsr/base/clock.h"

namespace dsr::sample_shop {

// Where everything is.
struct ServeOptions {
  std::string db;
  std::string recipients_db;
  std::string server;
  // `system-<id>.token` and `recipient-<id>.token`
  std::string token_dir;
  // `<recipient id>.whsec`
  std::string secret_dir;
  // 0 for a free port.
  int http_port = 0;
  // Gets the port in decimal; empty for none.
  std::string http_port_file;
  // While a file of this name exists nothing is worked on, though notices are taken in; empty for
  // none.
  std::string pause_file;
};

// Runs until SIGTERM or SIGINT, which it blocks in all threads, and returns when everything under
// way has ended. dsrd may come and go meanwhile. Errors before the start: missing files, bad
// address, HTTP port in use. `clock` outlives the call.
absl::Status Serve(const ServeOptions& options, Clock& clock);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_SERVE_H_
