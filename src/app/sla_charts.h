// What a report's charts show: months, answers by day, and requests by the days they have left.
#ifndef DSR_APP_SLA_CHARTS_H_
#define DSR_APP_SLA_CHARTS_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "app/request_moment.h"
#include "dsr/v1/report_service.pb.h"

namespace dsr {

// The month of an instant, such as `2026-03`.
std::string MonthOf(absl::Time time, absl::TimeZone zone);

// Not thread-safe.
class SlaCharts {
 public:
  // Days and months are those of `zone`.
  SlaCharts(absl::Time as_of, absl::TimeZone zone) : as_of_(as_of), zone_(zone) {}

  void Add(const RequestMoment& moment);
  void Finish(v1::SlaReport& report) const;

 private:
  struct Answers {
    int64_t in_time = 0;
    int64_t late = 0;
  };

  const absl::Time as_of_;
  const absl::TimeZone zone_;
  std::map<std::string, v1::SlaMonth> months_;
  std::map<int, Answers> answers_;
  std::map<int, int64_t> left_;
};

}  // namespace dsr

#endif  // DSR_APP_SLA_CHARTS_H_
