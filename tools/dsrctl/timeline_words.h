// The words that all drawings of a timeline share.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_WORDS_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_WORDS_H_

#include <string>

#include "absl/time/time.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// How a request stands to its clock.
struct Standing {
  std::string text;  // such as `answered (fulfilled) in 11.3 days, 3.7 days early`
  Severity severity = Severity::kPlain;
};

Standing StandingOf(const Timeline& timeline);

// Returns `work` for PHASE_WORK.
std::string PhaseText(v1::Phase phase);

// Returns `2026-03-01 10:00`.
std::string LocalTime(absl::Time time, absl::TimeZone zone);

// Returns `+3.2 d`: how long after receipt. Days of 24 hours.
std::string SinceReceipt(const Timeline& timeline, absl::Time time);

// Returns `3.2 days`, or hours or minutes where it is shorter. REQUIRES: not negative.
std::string LengthText(absl::Duration length);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_WORDS_H_
