// Days as the law counts them.
//
// Instants are for what happened, civil days for what is due. A duty due on a day ends at the end
// of that day in the policy's zone, stored as the exclusive instant: on time means event time <
// EndOfDay. Duties round early (they do not roll over rest days unless the policy says so),
// retention holds round late (they always roll).
#ifndef DSR_BASE_CIVIL_CALENDAR_H_
#define DSR_BASE_CIVIL_CALENDAR_H_

#include <limits>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace dsr {

// Which days are worked. Monday to Friday are, Saturday and Sunday are not, except the days named
// here.
//
// The calendar is announced year by year. Outside [first_year, last_year] nothing but the weekend
// is known, and every date counted through such a day is provisional. The default knows all years
// and names no day: weekends only.
struct WorkingCalendar {
  // What a request pins, such as `cn-2026`.
  std::string version;
  // Rest days beside ordinary weekends; a weekend day inside a holiday may be named too.
  absl::flat_hash_set<absl::CivilDay> off_days;
  // Saturdays and Sundays that are worked to make up for a holiday.
  absl::flat_hash_set<absl::CivilDay> make_up_days;
  // The years whose announcement is in the calendar, both included.
  absl::civil_year_t first_year = std::numeric_limits<absl::civil_year_t>::min();
  absl::civil_year_t last_year = std::numeric_limits<absl::civil_year_t>::max();
};

// A day counted with a calendar.
struct CountedDay {
  absl::CivilDay day;
  // A day it was counted through lies beyond the calendar's years: to be counted again when they
  // are announced.
  bool provisional = false;

  friend bool operator==(const CountedDay&, const CountedDay&) = default;
};

// Tells whether `day` is worked.
bool IsWorkingDay(const WorkingCalendar& calendar, absl::CivilDay day);

// Returns `day` plus `days` civil days; `day` itself is not counted.
absl::CivilDay AddCivilDays(absl::CivilDay day, int days);

// Returns the `days`th working day after `day`, which is not counted; `day` itself for 0. `days` is
// not negative.
CountedDay AddWorkingDays(const WorkingCalendar& calendar, absl::CivilDay day, int days);

// Returns the `days`th working day before `day`, which is not counted; `day` itself for 0. `days`
// is not negative.
absl::CivilDay SubtractWorkingDays(const WorkingCalendar& calendar, absl::CivilDay day, int days);

// Returns the corresponding day `months` later (earlier, when negative), or the last day of that
// month where it has no such day.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

// Returns `day` if it is worked, else the next day that is.
CountedDay RollToWorkingDay(const WorkingCalendar& calendar, absl::CivilDay day);

// Returns the first instant after `day` in `zone`: what is due on that day is late from then on.
absl::Time EndOfDay(absl::CivilDay day, absl::TimeZone zone);

// Returns the day of `time` in `zone`.
absl::CivilDay DayOf(absl::Time time, absl::TimeZone zone);

}  // namespace dsr

#endif  // DSR_BASE_CIVIL_CALENDAR_H_
