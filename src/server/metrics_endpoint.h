// Metrics for Prometheus, over HTTP.
#ifndef DSR_SERVER_METRICS_ENDPOINT_H_
#define DSR_SERVER_METRICS_ENDPOINT_H_

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dsr {

// Answers GET /metrics until it is destroyed, on threads of its own.
class MetricsEndpoint {
 public:
  // Listens on `address`, such as `127.0.0.1:9464`; port 0 picks a free one. Errors:
  // FAILED_PRECONDITION INSTALLATION_INVALID when it cannot.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Open(
      const std::string& address,
      std::vector<std::shared_ptr<prometheus::Collectable>> collectables);

  int port() const { return exposer_->GetListeningPorts().front(); }

 private:
  MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer,
                  std::vector<std::shared_ptr<prometheus::Collectable>> collectables);

  // The exposer only knows them weakly, and ends first.
  const std::vector<std::shared_ptr<prometheus::Collectable>> collectables_;
  const std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace dsr

#endif  // DSR_SERVER_METRICS_ENDPOINT_H_
