#include "dsrctl/timeline_palette.h"

namespace dsr::dsrctl {

absl::string_view PhaseFill(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_VERIFICATION:
      return "#cfe3f5";
    case v1::PHASE_ASSESSMENT:
      return "#f6d58e";
    case v1::PHASE_WORK:
      return "#7fb2dd";
    case v1::PHASE_APPROVAL:
      return "#c3a5d8";
    case v1::PHASE_FOLLOW_UP:
      return "#d4ead0";
    default:
      return "#eceff3";
  }
}

absl::string_view SeverityInk(Severity severity) {
  switch (severity) {
    case Severity::kQuiet:
      return TimelineInk::kGrey;
    case Severity::kPlain:
      return TimelineInk::kText;
    case Severity::kGood:
      return "#1b6e38";
    case Severity::kWarning:
      return "#a35200";
    case Severity::kAlarm:
      return TimelineInk::kDue;
  }
  return TimelineInk::kText;
}

FlagInk InkOf(FlagKind kind, bool is_late) {
  switch (kind) {
    case FlagKind::kDue:
      return {TimelineInk::kDue, "", 2};
    case FlagKind::kReplacedDue:
      return {"#8a94a1", "3 3", 1};
    case FlagKind::kTarget:
      return {SeverityInk(Severity::kWarning), "6 3", 1};
    case FlagKind::kAnswer:
      return {is_late ? TimelineInk::kDue : SeverityInk(Severity::kGood), "", 1.4};
    case FlagKind::kNow:
      return {TimelineInk::kNow, "2 2", 1.4};
    case FlagKind::kClosed:
      return {TimelineInk::kGrey, "", 1};
  }
  return {TimelineInk::kText, "", 1};
}

}  // namespace dsr::dsrctl
