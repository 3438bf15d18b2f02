#include "server/call_metrics.h"

#include "absl/status/status.h"

namespace dsr {
namespace {

// Seconds, from a read in memory to the cap of calls.
const prometheus::Histogram::BucketBoundaries& Seconds() {
  static const auto* const kSeconds = new prometheus::Histogram::BucketBoundaries{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return *kSeconds;
}

}  // namespace

CallMetrics::CallMetrics(prometheus::Registry& registry)
    : calls_(prometheus::BuildCounter()
                 .Name("dsrd_calls_total")
                 .Help("Calls that have ended, by method and code")
                 .Register(registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("dsrd_call_duration_seconds")
                     .Help("How long calls took; streams and waiting leases are as long as asked")
                     .Register(registry)),
      in_flight_(prometheus::BuildGauge()
                     .Name("dsrd_calls_in_flight")
                     .Help("Calls under way")
                     .Register(registry)
                     .Add({})),
      limited_(prometheus::BuildCounter()
                   .Name("dsrd_calls_limited_total")
                   .Help("Calls beyond a limit; principal `-` is one that nobody knows")
                   .Register(registry)) {}

void CallMetrics::OnBegin(const std::string&) { in_flight_.Increment(); }

void CallMetrics::OnEnd(const std::string& method, grpc::StatusCode code, absl::Duration spent) {
  in_flight_.Decrement();
  calls_
      .Add({{"method", method},
            {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}})
      .Increment();
  durations_.Add({{"method", method}}, Seconds()).Observe(absl::ToDoubleSeconds(spent));
}

void CallMetrics::OnLimited(const std::string& principal, const std::string& limit) {
  limited_.Add({{"principal", principal.empty() ? "-" : principal}, {"limit", limit}}).Increment();
}

}  // namespace dsr
