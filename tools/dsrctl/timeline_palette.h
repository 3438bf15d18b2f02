// The colours of a timeline's picture.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_PALETTE_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_PALETTE_H_

#include "absl/strings/string_view.h"
#include "dsrctl/timeline.h"
#include "dsrctl/timeline_flags.h"

namespace dsr::dsrctl {

struct TimelineInk {
  static constexpr absl::string_view kText = "#1f2933";
  static constexpr absl::string_view kGrey = "#5f6b7a";
  static constexpr absl::string_view kPale = "#d5dbe2";
  static constexpr absl::string_view kDue = "#c62828";
  static constexpr absl::string_view kNow = "#1558a8";
  static constexpr absl::string_view kLate = "#fbe3e1";
};

// Returns the colour of a phase's bar. Those that follow each other in a request's life are not
// equally dark, so that they differ in grey print.
absl::string_view PhaseFill(v1::Phase phase);

// Returns the colour of what is written about a mark of `severity`.
absl::string_view SeverityInk(Severity severity);

// How a flag and its pole are drawn.
struct FlagInk {
  absl::string_view colour;
  absl::string_view dash;  // as in `stroke-dasharray`
  double width;
};

// `is_late` tells whether an answer was, or would be.
FlagInk InkOf(FlagKind kind, bool is_late);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_PALETTE_H_
