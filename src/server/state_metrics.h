// What the server has to do and has done, as metrics.
#ifndef DSR_SERVER_STATE_METRICS_H_
#define DSR_SERVER_STATE_METRICS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <chrono>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "app/key_file.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "rpc/rpc_context.h"
#include "store/sqlite/sqlite_store.h"

namespace dsr {

// Counts at a scrape, once a second at most: whoever scrapes all the time reads what was counted.
// What cannot be counted is left out. Thread-safe; blocks on the database.
class StateMetrics : public prometheus::Collectable {
 public:
  // All of it outlives this.
  struct Parts {
    sqlite::SqliteStore& store;
    const Clock& clock;
    const KeyFile& keys;
    const RpcContext& rpc;
  };

  explicit StateMetrics(const Parts& parts) : parts_(parts) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::vector<prometheus::MetricFamily> Count() const;
  void AddStoreCounts(std::vector<prometheus::MetricFamily>& all) const;
  void AddWriter(std::vector<prometheus::MetricFamily>& all) const;

  const Parts parts_;
  mutable Mutex mutex_;
  mutable std::chrono::steady_clock::time_point counted_at_ ABSL_GUARDED_BY(mutex_);
  mutable std::vector<prometheus::MetricFamily> counted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_SERVER_STATE_METRICS_H_
