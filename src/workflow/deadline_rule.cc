#include "dsr/workflow/deadline_rule.h"

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {
namespace {

using Length = v1::DeadlineProfile::Length;

CountedDay Add(const WorkingCalendar& calendar, absl::CivilDay day, const Length& length) {
  switch (length.length_case()) {
    case Length::kCivilDays:
      return {.day = AddCivilDays(day, length.civil_days())};
    case Length::kWorkingDays:
      return AddWorkingDays(calendar, day, length.working_days());
    case Length::kMonths:
      return {.day = AddMonths(day, length.months())};
    case Length::LENGTH_NOT_SET:
      break;
  }
  return {.day = day};
}

absl::CivilDay Subtract(const WorkingCalendar& calendar, absl::CivilDay day, const Length& length) {
  switch (length.length_case()) {
    case Length::kCivilDays:
      return AddCivilDays(day, -length.civil_days());
    case Length::kWorkingDays:
      return SubtractWorkingDays(calendar, day, length.working_days());
    case Length::kMonths:
      return AddMonths(day, -length.months());
    case Length::LENGTH_NOT_SET:
      break;
  }
  return day;
}

CountedDeadline EndOn(const DeadlineRule& rule, absl::CivilDay receipt_day,
                      const CountedDay& last) {
  const CountedDay rolled = RollToWorkingDay(rule.calendar, last.day);
  return {.receipt_day = receipt_day,
          .last_day = last.day,
          .rolled_last_day = rolled.day,
          .due = EndOfDay(rule.profile.rolls_over() ? rolled.day : last.day, rule.zone),
          .provisional = last.provisional || rolled.provisional};
}

}  // namespace

absl::StatusOr<DeadlineRule> MakeDeadlineRule(const v1::DeadlineProfile& profile,
                                              absl::string_view policy_zone,
                                              const v1::Calendar* calendar) {
  DeadlineRule rule{.profile = profile};
  DSR_ASSIGN_OR_RETURN(
      rule.zone,
      LoadZone(profile.time_zone().empty() ? policy_zone : absl::string_view(profile.time_zone())));
  if (calendar != nullptr) {
    rule.calendar = ToWorkingCalendar(*calendar);
  } else {
    rule.calendar.version = std::string(kWeekendsOnly);
  }
  return rule;
}

CountedDeadline CountDeadline(const DeadlineRule& rule, absl::Time received,
                              const ClockCourse& course) {
  const absl::CivilDay day = DayOf(received, rule.zone);
  CountedDay last = Add(rule.calendar, day, rule.profile.length());
  const auto go_on = [&](const Length& length) {
    const CountedDay further = Add(rule.calendar, last.day, length);
    last = {.day = further.day, .provisional = last.provisional || further.provisional};
  };
  if (course.extended && rule.profile.has_extension()) go_on(rule.profile.extension());
  if (course.paused_days > 0) {
    Length paused;
    if (rule.profile.length().has_working_days()) {
      paused.set_working_days(course.paused_days);
    } else {
      paused.set_civil_days(course.paused_days);
    }
    go_on(paused);
  }
  return EndOn(rule, day, last);
}

int CountPausedDays(const DeadlineRule& rule, absl::Time since, absl::Time until) {
  const absl::CivilDay end = DayOf(until, rule.zone);
  int days = 0;
  for (absl::CivilDay day = DayOf(since, rule.zone); day < end; ++day) {
    if (!rule.profile.length().has_working_days() || IsWorkingDay(rule.calendar, day)) ++days;
  }
  return days;
}

std::optional<absl::Time> TargetOf(const DeadlineRule& rule, const CountedDeadline& deadline) {
  if (!rule.profile.has_target_before()) return std::nullopt;
  const absl::CivilDay due_day = DayOf(deadline.due, rule.zone);
  return absl::FromCivil(Subtract(rule.calendar, due_day, rule.profile.target_before()), rule.zone);
}

}  // namespace dsr
