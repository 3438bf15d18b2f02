#include "server/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "server/metric_values.h"

namespace dsr {
namespace {

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  std::vector<prometheus::MetricFamily> all;
  // All pages, then those in memory.
  int64_t pages = 0;
  int64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> pages >> resident) {
    all.push_back(GaugeOf("process_resident_memory_bytes", "Memory in use",
                          resident * sysconf(_SC_PAGESIZE)));
  }
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    all.push_back(CounterOf("process_cpu_seconds_total", "Processor time, of user and system",
                            SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime)));
  }
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error) {
    all.push_back(
        GaugeOf("process_open_fds", "Open files", std::distance(begin(files), end(files))));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    all.push_back(GaugeOf("process_max_fds", "Files that may be open", limit.rlim_cur));
  return all;
}

}  // namespace dsr
