#include "dsr/base/civil_calendar.h"

namespace dsr {
namespace {

bool IsKnown(const WorkingCalendar& calendar, absl::CivilDay day) {
  return calendar.first_year <= day.year() && day.year() <= calendar.last_year;
}

}  // namespace

bool IsWorkingDay(const WorkingCalendar& calendar, absl::CivilDay day) {
  if (calendar.make_up_days.contains(day)) return true;
  if (calendar.off_days.contains(day)) return false;
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

absl::CivilDay AddCivilDays(absl::CivilDay day, int days) { return day + days; }

CountedDay AddWorkingDays(const WorkingCalendar& calendar, absl::CivilDay day, int days) {
  CountedDay counted = {.day = day};
  for (int left = days; left > 0;) {
    ++counted.day;
    counted.provisional = counted.provisional || !IsKnown(calendar, counted.day);
    if (IsWorkingDay(calendar, counted.day)) --left;
  }
  return counted;
}

absl::CivilDay SubtractWorkingDays(const WorkingCalendar& calendar, absl::CivilDay day, int days) {
  while (days > 0) {
    --day;
    if (IsWorkingDay(calendar, day)) --days;
  }
  return day;
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay corresponding(month.year(), month.month(), day.day());
  // CivilDay carries February 30th over into March; the law stops at the month's end.
  if (absl::CivilMonth(corresponding) == month) return corresponding;
  return absl::CivilDay(month + 1) - 1;
}

CountedDay RollToWorkingDay(const WorkingCalendar& calendar, absl::CivilDay day) {
  CountedDay counted = {.day = day, .provisional = !IsKnown(calendar, day)};
  while (!IsWorkingDay(calendar, counted.day)) {
    ++counted.day;
    counted.provisional = counted.provisional || !IsKnown(calendar, counted.day);
  }
  return counted;
}

absl::Time EndOfDay(absl::CivilDay day, absl::TimeZone zone) {
  return absl::FromCivil(day + 1, zone);
}

absl::CivilDay DayOf(absl::Time time, absl::TimeZone zone) { return absl::ToCivilDay(time, zone); }

}  // namespace dsr
