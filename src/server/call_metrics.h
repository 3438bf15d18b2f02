// Calls, as metrics.
#ifndef DSR_SERVER_CALL_METRICS_H_
#define DSR_SERVER_CALL_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "rpc/call_observer.h"

namespace dsr {

// Labels are names of methods, codes and limits; principals, which are services and not persons and
// as many as the token file has, only where calls are beyond a limit. Thread-safe; does not block.
class CallMetrics final : public CallObserver {
 public:
  // `registry` outlives this.
  explicit CallMetrics(prometheus::Registry& registry);

  void OnBegin(const std::string& method) override;
  void OnEnd(const std::string& method, grpc::StatusCode code, absl::Duration spent) override;
  void OnLimited(const std::string& principal, const std::string& limit) override;

 private:
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Gauge& in_flight_;
  prometheus::Family<prometheus::Counter>& limited_;
};

}  // namespace dsr

#endif  // DSR_SERVER_CALL_METRICS_H_
