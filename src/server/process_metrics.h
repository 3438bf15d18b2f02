// What the process takes of the machine, as metrics.
#ifndef DSR_SERVER_PROCESS_METRICS_H_
#define DSR_SERVER_PROCESS_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

namespace dsr {

// Memory, processor time and files, under the names that are usual for processes. What the kernel
// does not tell is left out. Thread-safe.
class ProcessMetrics : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace dsr

#endif  // DSR_SERVER_PROCESS_METRICS_H_
