#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/definition_words.h"
#include "workflow/policy_checker.h"

namespace dsr {
namespace {

// CivilDay carries February 30th over into March; a file that says so has a slip of the pen.
bool CheckDate(const v1::Date& date, const Place& place, std::vector<Finding>* findings) {
  const absl::CivilDay day = ToCivilDay(date);
  if (1 <= date.year() && date.year() <= 9999 && day.year() == date.year() &&
      day.month() == date.month() && day.day() == date.day()) {
    return true;
  }
  AddFinding(place,
             absl::StrCat("there is no day ", date.year(), "-", date.month(), "-", date.day()),
             findings);
  return false;
}

// Returns false when the range cannot be used.
bool CheckDays(const v1::DayRange& range, const Place& place, std::vector<Finding>* findings) {
  const bool first = CheckDate(range.first(), place.Of("first"), findings);
  const bool last = !range.has_last() || CheckDate(range.last(), place.Of("last"), findings);
  if (!first || !last) return false;
  if (!range.has_last() || ToCivilDay(range.first()) <= ToCivilDay(range.last())) return true;
  AddFinding(place, "the range ends before it begins", findings);
  return false;
}

}  // namespace

void CheckCalendar(const v1::Calendar& calendar, const Place& root,
                   std::vector<Finding>* findings) {
  CheckNameAndVersion(root, calendar.name(), calendar.version(), findings);
  if (!calendar.has_known() || !calendar.known().has_last()) {
    AddFinding(root.Of("known"), "the calendar does not say from which day to which it is known",
               findings);
  } else {
    CheckDays(calendar.known(), root.Of("known"), findings);
  }

  std::set<absl::CivilDay> off;
  for (int i = 0; i < calendar.off_size(); ++i) {
    const v1::DayRange& range = calendar.off(i);
    const Place place = root.Of("off", i);
    if (!CheckDays(range, place, findings)) continue;
    const absl::CivilDay first = ToCivilDay(range.first());
    const absl::CivilDay last = range.has_last() ? ToCivilDay(range.last()) : first;
    if (last - first > 366) {
      AddFinding(place, "nobody rests for more than a year", findings);
      continue;
    }
    for (absl::CivilDay day = first; day <= last; ++day) off.insert(day);
  }
  std::set<absl::CivilDay> working;
  for (int i = 0; i < calendar.working_size(); ++i) {
    const Place place = root.Of("working", i);
    if (!CheckDate(calendar.working(i), place, findings)) continue;
    const absl::CivilDay day = ToCivilDay(calendar.working(i));
    const absl::Weekday weekday = absl::GetWeekday(day);
    const std::string name = absl::FormatCivilTime(day);
    if (off.contains(day)) {
      AddFinding(place, absl::StrCat(name, " is both off and working"), findings);
    }
    if (weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday) {
      AddFinding(place, absl::StrCat(name, " is no Saturday or Sunday and is worked anyhow"),
                 findings);
    }
    if (!working.insert(day).second) {
      AddFinding(place, absl::StrCat(name, " is named twice"), findings);
    }
  }
}

}  // namespace dsr
