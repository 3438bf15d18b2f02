#include "fill_store/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dsr::fill_store {
namespace {

const absl::Time kPlanBegin = absl::FromUnixSeconds(1'767'225'600);  // 1 January 2026, UTC
constexpr int kPlanDays = 91;

std::vector<std::vector<Plan>> Draw(uint64_t seed, int64_t total) {
  PlanDrawer drawer(seed, total, kPlanBegin, kPlanBegin + absl::Hours(24 * kPlanDays));
  std::vector<std::vector<Plan>> days;
  for (int day = 0; day < kPlanDays; ++day)
    days.push_back(drawer.DrawDay(kPlanBegin + absl::Hours(24 * day)));
  return days;
}

TEST(PlanDrawerTest, DrawsAsManyAsAskedForOverTheWholeTime) {
  int64_t drawn = 0;
  for (const std::vector<Plan>& day : Draw(1, 1001)) drawn += static_cast<int64_t>(day.size());
  EXPECT_EQ(drawn, 1001);
}

TEST(PlanDrawerTest, EqualSeedsDrawEqualPlansAndOthersDoNot) {
  const auto accounts = [](uint64_t seed) {
    std::string all;
    for (const std::vector<Plan>& day : Draw(seed, 300)) {
      for (const Plan& plan : day) all += plan.type + plan.account + plan.channel + ",";
    }
    return all;
  };
  EXPECT_EQ(accounts(7), accounts(7));
  EXPECT_NE(accounts(7), accounts(8));
}

TEST(PlanDrawerTest, EachDayIsInOrderAndNothingIsReceivedAfterItWasFiled) {
  const std::vector<std::vector<Plan>> days = Draw(3, 2000);
  for (size_t day = 0; day < days.size(); ++day) {
    absl::Time before = kPlanBegin + absl::Hours(24 * day);
    const absl::Time end = before + absl::Hours(24);
    for (const Plan& plan : days[day]) {
      EXPECT_LE(before, plan.filed);
      EXPECT_LT(plan.filed, end);
      EXPECT_LE(plan.received, plan.filed);
      before = plan.filed;
    }
  }
}

TEST(PlanDrawerTest, FewerComeOnAWeekend) {
  const std::vector<std::vector<Plan>> days = Draw(5, 9100);
  // 10 January 2026 is a Saturday, the 13th a Tuesday.
  EXPECT_LT(days[9].size() * 3, days[12].size() * 2);
}

}  // namespace
}  // namespace dsr::fill_store
