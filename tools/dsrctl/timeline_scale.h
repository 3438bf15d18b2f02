// Where instants stand on the time axis.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_SCALE_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_SCALE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// The axis of a timeline, from 0 at its begin to 1 at its end.
//
// Follow-up can last for years after an answer that took days. Where it would squeeze them, the
// axis is broken: before the break it is true to scale, and what comes behind it is drawn short.
class TimeScale {
 public:
  // Where the break's two edges stand, when there is one.
  static constexpr double kBreakBegin = 0.87;
  static constexpr double kBreakEnd = 0.91;

  // A midnight that the axis names.
  struct Tick {
    double at;
    std::string label;  // `03-16`; with the year where it changes or days are far apart
  };

  explicit TimeScale(const Timeline& timeline);

  bool is_broken() const { return is_broken_; }
  // Returns where `time` stands. REQUIRES: within the timeline's begin and end.
  double At(absl::Time time) const;

  // Returns midnights before the break, `most` at most, all as many days apart.
  std::vector<Tick> Ticks(int most) const;
  // Returns every midnight before the break, where there are `most` or fewer; else none.
  std::vector<double> Midnights(int most) const;

 private:
  absl::CivilDay FirstDay() const;
  absl::CivilDay LastDay() const;

  absl::TimeZone zone_;
  absl::Time begin_;
  absl::Time end_;
  bool is_broken_ = false;
  absl::Time scale_end_;  // up to where it is true to scale
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_SCALE_H_
