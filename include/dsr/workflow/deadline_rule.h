// How the time for an answer is counted by a deadline profile (LAW.md section 4). Pure.
#ifndef DSR_WORKFLOW_DEADLINE_RULE_H_
#define DSR_WORKFLOW_DEADLINE_RULE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/v1/deadline.pb.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// A profile with the zone and the calendar that it counts by.
struct DeadlineRule {
  v1::DeadlineProfile profile;
  absl::TimeZone zone;
  WorkingCalendar calendar;
};

// The calendar of profiles that name none: Saturdays and Sundays are off, in every year.
inline constexpr absl::string_view kWeekendsOnly = "weekends";

// Makes a rule of a profile that passed the checker. `policy_zone` holds where the profile has no
// zone; `calendar` is the one it names, null where it names none. Errors: FAILED_PRECONDITION
// INSTALLATION_INVALID when the zone does not load.
absl::StatusOr<DeadlineRule> MakeDeadlineRule(const v1::DeadlineProfile& profile,
                                              absl::string_view policy_zone,
                                              const v1::Calendar* calendar);

// What a rule makes of a receipt.
struct CountedDeadline {
  absl::CivilDay receipt_day;
  absl::CivilDay last_day;         // by the count; not rolled
  absl::CivilDay rolled_last_day;  // the same, or the next working day (Civil Code 203)
  absl::Time due;                  // exclusive: the end of the day that counts
  // A day it was counted through, or would be rolled over, is not announced yet.
  bool provisional = false;

  friend bool operator==(const CountedDeadline&, const CountedDeadline&) = default;
};

// What became of a clock since the receipt.
struct ClockCourse {
  // The profile's extension is added, where it has one. It is counted from the last day, not from
  // the rolled one: duties round early.
  bool extended = false;
  // Days on which the time stood still: working days where the profile counts them, else civil
  // days.
  int paused_days = 0;
};

// The deadline of a request received at `received`. A later receipt never has an earlier deadline.
CountedDeadline CountDeadline(const DeadlineRule& rule, absl::Time received,
                              const ClockCourse& course = {});

// How many days did not count if the time stood still from `since` to `until`: a day does not where
// it did at the day's end.
int CountPausedDays(const DeadlineRule& rule, absl::Time since, absl::Time until);

// When the company means to have answered, exclusive; nullopt without a target of its own.
std::optional<absl::Time> TargetOf(const DeadlineRule& rule, const CountedDeadline& deadline);

// A length in words, such as `15 working days`.
std::string LengthWords(const v1::DeadlineProfile::Length& length);

// All of the above, with the steps in words.
v1::DeadlineExplanation ExplainDeadline(const DeadlineRule& rule, absl::Time received);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEADLINE_RULE_H_
