// Days and times as the shop's databases hold them.
#ifndef DSR_TOOLS_SAMPLE_SHOP_SHOP_DAY_H_
#define DSR_TOOLS_SAMPLE_SHOP_SHOP_DAY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/common.pb.h"

namespace dsr::sample_shop {

// Returns the zone in which the shop counts days, Asia/Shanghai; ends the process when the machine
// has no time zones.
absl::TimeZone ShopZone();

// Returns the day of `time` in that zone.
absl::CivilDay ShopDay(absl::Time time);

// Between days and their text, `2026-03-01`, and their message. A text or message that is no day
// gives the first day there is.
std::string DayText(absl::CivilDay day);
std::string DayText(const v1::Date& day);
v1::Date ToDate(absl::CivilDay day);
v1::Date ToDate(absl::string_view text);

// Returns the text of an instant, `2026-03-01T08:00:00Z`.
std::string TimeText(absl::Time time);

// Reads a duration such as `15d`, `36h` or `90s`, with `-` before it for the past. INVALID_ARGUMENT
// for anything else.
absl::StatusOr<absl::Duration> ParseDays(absl::string_view text);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_SHOP_DAY_H_
