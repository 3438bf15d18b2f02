#include "dsrctl/timeline_words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "dsrctl/enum_names.h"

namespace dsr::dsrctl {
namespace {

std::string OutcomeText(v1::Outcome outcome) {
  const auto* value = v1::Outcome_descriptor()->FindValueByNumber(outcome);
  return value == nullptr ? "" : absl::StrReplaceAll(EnumText(*value), {{"-", " "}});
}

Standing AnsweredStanding(const Timeline& timeline) {
  const std::string outcome = OutcomeText(timeline.outcome);
  Standing standing{
      absl::StrCat("answered", outcome.empty() ? "" : absl::StrCat(" (", outcome, ")"), " in ",
                   LengthText(*timeline.answered - timeline.received)),
      Severity::kPlain};
  if (!timeline.due.has_value()) return standing;
  if (timeline.late.has_value()) {
    absl::StrAppend(&standing.text, ", ", LengthText(timeline.late->end - timeline.late->begin),
                    " late");
    standing.severity = Severity::kAlarm;
  } else {
    absl::StrAppend(&standing.text, ", ", LengthText(*timeline.due - *timeline.answered), " early");
    standing.severity = Severity::kGood;
  }
  return standing;
}

}  // namespace

Standing StandingOf(const Timeline& timeline) {
  if (timeline.answered.has_value()) return AnsweredStanding(timeline);
  if (timeline.late.has_value()) {
    const absl::Duration late = timeline.late->end - timeline.late->begin;
    const bool was_due_when_filed = timeline.late->begin <= timeline.filed;
    return {absl::StrCat(LengthText(late), " late",
                         was_due_when_filed ? ", was due before it was filed" : ""),
            Severity::kAlarm};
  }
  if (timeline.closed.has_value())
    return {absl::StrCat("closed after ", LengthText(*timeline.closed - timeline.received))};
  const absl::Duration age = std::max(timeline.now - timeline.received, absl::ZeroDuration());
  if (!timeline.due.has_value())
    return {absl::StrCat("open for ", LengthText(age), ", without a due time")};
  const bool is_paused = !timeline.pauses.empty() && timeline.pauses.back().end >= timeline.now;
  const bool missed_target = timeline.target.has_value() && *timeline.target <= timeline.now;
  return {absl::StrCat("due in ", LengthText(*timeline.due - timeline.now),
                       is_paused       ? ", the clock is paused"
                       : missed_target ? ", the target is past"
                                       : ""),
          missed_target ? Severity::kWarning : Severity::kPlain};
}

std::string PhaseText(v1::Phase phase) {
  const auto* value = v1::Phase_descriptor()->FindValueByNumber(phase);
  return value == nullptr ? "" : EnumText(*value);
}

std::string LocalTime(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", time, zone);
}

std::string SinceReceipt(const Timeline& timeline, absl::Time time) {
  return absl::StrFormat("%+.1f d", absl::ToDoubleHours(time - timeline.received) / 24);
}

std::string LengthText(absl::Duration length) {
  if (length >= absl::Hours(48))
    return absl::StrFormat("%.1f days", absl::ToDoubleHours(length) / 24);
  if (length >= absl::Hours(1)) return absl::StrFormat("%.1f hours", absl::ToDoubleHours(length));
  const int64_t minutes = absl::ToInt64Minutes(length);
  return absl::StrCat(minutes, minutes == 1 ? " minute" : " minutes");
}

}  // namespace dsr::dsrctl
