// The breaches that a report lists.
#ifndef DSR_APP_BREACH_LIST_H_
#define DSR_APP_BREACH_LIST_H_

#include <map>
#include <vector>

#include "app/request_moment.h"
#include "dsr/v1/report_service.pb.h"

namespace dsr {

// Counts breaches by cause and keeps the latest. Not thread-safe.
class BreachList {
 public:
  // Does nothing with what is not breached.
  void Add(const RequestMoment& moment);
  void Finish(v1::SlaReport& report) const;

 private:
  struct Breach {
    absl::Time due;
    RequestId id;
    v1::SlaBreach line;
  };
  static bool IsLater(const Breach& a, const Breach& b);

  std::vector<Breach> latest_;  // a heap whose front is the earliest
  std::map<v1::BreachCause, int64_t> causes_;
};

}  // namespace dsr

#endif  // DSR_APP_BREACH_LIST_H_
