#include "sample_shop/shop_day.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "dsr/base/log.h"

namespace dsr::sample_shop {

absl::TimeZone ShopZone() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone found;
    if (!absl::LoadTimeZone("Asia/Shanghai", &found)) {
      Log(LogLevel::kError, "time_zone_missing", {{"zone", "Asia/Shanghai"}});
      std::abort();
    }
    return found;
  }();
  return zone;
}

absl::CivilDay ShopDay(absl::Time time) { return absl::ToCivilDay(time, ShopZone()); }

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string DayText(const v1::Date& day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

v1::Date ToDate(absl::CivilDay day) {
  v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

v1::Date ToDate(absl::string_view text) {
  absl::CivilDay day(1, 1, 1);
  if (!absl::ParseCivilTime(text, &day)) day = absl::CivilDay(1, 1, 1);
  return ToDate(day);
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<absl::Duration> ParseDays(absl::string_view text) {
  absl::string_view number = text;
  int64_t days = 0;
  if (absl::ConsumeSuffix(&number, "d") && absl::SimpleAtoi(number, &days)) {
    return absl::Hours(24) * days;
  }
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) return duration;
  return absl::InvalidArgumentError("a duration is written such as 15d, 36h or 90s");
}

}  // namespace dsr::sample_shop
