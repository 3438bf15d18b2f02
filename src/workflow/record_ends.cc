#include "dsr/workflow/record_ends.h"

#include <algorithm>

#include "dsr/base/civil_calendar.h"

namespace dsr {

RecordEnds RecordEndsOf(const v1::RecordPolicy& policy, absl::Time closed, absl::TimeZone zone) {
  const absl::CivilDay day = DayOf(closed, zone);
  RecordEnds ends;
  ends.content = EndOfDay(AddCivilDays(day, policy.content_days()), zone);
  ends.record = std::max(EndOfDay(AddMonths(day, policy.record_months()), zone), ends.content);
  return ends;
}

}  // namespace dsr
