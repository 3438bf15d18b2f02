// Metrics made anew at each scrape.
#ifndef DSR_SERVER_METRIC_VALUES_H_
#define DSR_SERVER_METRIC_VALUES_H_

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

namespace dsr {

// One sample without labels. The name carries its unit.
inline prometheus::MetricFamily SampleOf(prometheus::MetricType type, std::string name,
                                         std::string help, double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {std::move(name), std::move(help), type, {std::move(metric)}};
}

template <class Number>
prometheus::MetricFamily GaugeOf(std::string name, std::string help, Number value) {
  return SampleOf(prometheus::MetricType::Gauge, std::move(name), std::move(help),
                  static_cast<double>(value));
}

template <class Number>
prometheus::MetricFamily CounterOf(std::string name, std::string help, Number value) {
  return SampleOf(prometheus::MetricType::Counter, std::move(name), std::move(help),
                  static_cast<double>(value));
}

}  // namespace dsr

#endif  // DSR_SERVER_METRIC_VALUES_H_
