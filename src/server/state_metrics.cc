#include "server/state_metrics.h"

#include <cstdint>
#include <utility>

#include "dsr/base/status_macros.h"
#include "server/metric_values.h"
#include "server/version.h"

namespace dsr {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric Labelled(const char* label, std::string value, double number) {
  ClientMetric metric;
  metric.label = {{label, std::move(value)}};
  metric.gauge.value = number;
  return metric;
}

}  // namespace

std::vector<MetricFamily> StateMetrics::Collect() const {
  MutexLock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (counted_.empty() || now - counted_at_ >= std::chrono::seconds(1)) {
    counted_ = Count();
    counted_at_ = now;
  }
  return counted_;
}

std::vector<MetricFamily> StateMetrics::Count() const {
  std::vector<MetricFamily> all;
  all.push_back({"dsrd_build_info",
                 "1, with the version as a label",
                 MetricType::Gauge,
                 {Labelled("version", std::string(kVersion), 1)}});
  all.push_back(GaugeOf("dsrd_start_time_seconds", "When it began to serve, since 1970",
                        absl::ToUnixSeconds(parts_.rpc.parts().start_time)));
  AddStoreCounts(all);
  AddWriter(all);
  all.push_back(
      {"dsrd_queued_jobs",
       "Jobs that wait for a thread, by pool",
       MetricType::Gauge,
       {Labelled("pool", "prepare", static_cast<double>(parts_.rpc.parts().executor.queued())),
        Labelled("pool", "read", static_cast<double>(parts_.rpc.queued())),
        Labelled("pool", "long", static_cast<double>(parts_.rpc.queued_long()))}});
  all.push_back(GaugeOf("dsrd_keys_filled", "Keys that the key file has ready or in use",
                        parts_.keys.filled()));
  return all;
}

void StateMetrics::AddStoreCounts(std::vector<MetricFamily>& all) const {
  StoreCounts counts;
  int64_t keys = 0;
  const absl::Status read = parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(counts, view.Count(parts_.clock.Now()));
    DSR_ASSIGN_OR_RETURN(keys, view.LastKeyNumber());
    return absl::OkStatus();
  });
  all.push_back(GaugeOf("dsrd_store_readable", "1 while the data file can be read", read.ok()));
  if (!read.ok()) return;
  all.push_back(GaugeOf("dsrd_open_requests", "Requests not closed", counts.open_requests));
  all.push_back(
      GaugeOf("dsrd_overdue_timers", "Timers due and not fired yet", counts.overdue_timers));
  all.push_back(GaugeOf("dsrd_pending_notices", "Notices to be delivered", counts.pending_notices));
  all.push_back(GaugeOf("dsrd_pending_messages", "Messages to be sent", counts.pending_messages));
  all.push_back(GaugeOf("dsrd_open_tasks", "Tasks of data systems not ended", counts.open_tasks));
  all.push_back(GaugeOf("dsrd_database_bytes", "Size of the data file and its write-ahead log",
                        counts.file_bytes));
  all.push_back(GaugeOf("dsrd_keys_used", "Keys that subjects were given", keys));
}

void StateMetrics::AddWriter(std::vector<MetricFamily>& all) const {
  const sqlite::WriterStats stats = parts_.store.Stats();
  all.push_back(CounterOf("dsrd_writer_groups_total", "Commits", stats.groups));
  all.push_back(CounterOf("dsrd_writer_bodies_total", "Decisions and other writes in the commits",
                          stats.bodies));
  all.push_back(
      GaugeOf("dsrd_writer_largest_group", "Most writes in one commit", stats.largest_group));
  all.push_back(
      CounterOf("dsrd_checkpoints_total", "Times the log was written back", stats.checkpoints));
  all.push_back(
      GaugeOf("dsrd_wal_pages", "Pages of 4 KiB in the write-ahead log", stats.log_pages));
  all.push_back(GaugeOf("dsrd_audit_leaves", "Records in the audit log, on the disk",
                        parts_.store.DurableLeaves()));
}

}  // namespace dsr
