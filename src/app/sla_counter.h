// Counts requests of one group for a report.
#ifndef DSR_APP_SLA_COUNTER_H_
#define DSR_APP_SLA_COUNTER_H_

#include <map>

#include "absl/time/time.h"
#include "app/duration_sketch.h"
#include "app/request_moment.h"
#include "dsr/v1/report_service.pb.h"

namespace dsr {

// Memory does not grow with the requests counted. Not thread-safe.
class SlaCounter {
 public:
  void Add(const RequestMoment& moment, absl::Time as_of);
  // The group, but for its keys.
  v1::SlaGroup Finish() const;

 private:
  void AddOpen(const RequestMoment& moment, absl::Time as_of);
  void AddAnswered(const RequestMoment& moment);
  void AddFee(v1::Fee::State state);
  void AddPhases(const RequestMoment& moment);

  v1::SlaGroup group_;
  DurationSketch answers_;
  std::map<v1::Phase, DurationSketch> phases_;
  std::map<v1::RefusalGround, int64_t> grounds_;
};

}  // namespace dsr

#endif  // DSR_APP_SLA_COUNTER_H_
