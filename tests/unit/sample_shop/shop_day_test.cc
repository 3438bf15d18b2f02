#include "sample_shop/shop_day.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/status_matchers.h"

namespace dsr::sample_shop {
namespace {

TEST(ShopDayTest, CountsDaysInShanghai) {
  absl::Time evening;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-02-28T16:30:00Z", &evening, nullptr));

  EXPECT_EQ(DayText(ShopDay(evening)), "2026-03-01");
}

TEST(ShopDayTest, ReadsDaysAndShorterDurations) {
  EXPECT_THAT(ParseDays("15d"), IsOkAndHolds(absl::Hours(360)));
  EXPECT_THAT(ParseDays("-2d"), IsOkAndHolds(absl::Hours(-48)));
  EXPECT_THAT(ParseDays("90s"), IsOkAndHolds(absl::Seconds(90)));
  EXPECT_THAT(ParseDays("0d"), IsOkAndHolds(absl::ZeroDuration()));
}

TEST(ShopDayTest, RefusesWhatIsNoDuration) {
  EXPECT_THAT(ParseDays("tomorrow"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseDays(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dsr::sample_shop
