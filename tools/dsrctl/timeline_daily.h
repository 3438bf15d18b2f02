// Events that come by the hundred, counted by the day.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_DAILY_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_DAILY_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/request_service.pb.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// Counts events about tasks, notices, messages and codes, so that a day gives one mark of each
// sort: `12 notices completed`, or `notices: 40 created, 12 completed`. Not thread-safe.
class DailyCounts {
 public:
  // Days are those of `zone`.
  explicit DailyCounts(absl::TimeZone zone) : zone_(zone) {}

  // Counts `event`; false, and nothing is counted, where its kind is none that is counted.
  bool Add(const v1::RequestEvent& event);

  // Returns a mark for every day and sort, at the first of the day's events.
  std::vector<Mark> Marks() const;

 private:
  struct Count {
    absl::Time first;
    std::string who;
    std::map<size_t, int64_t> by_kind;  // place in the table of kinds
  };

  const absl::TimeZone zone_;
  std::map<std::tuple<absl::CivilDay, std::string>, Count> counts_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_DAILY_H_
