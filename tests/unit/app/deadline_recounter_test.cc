#include "app/deadline_recounter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

DefinitionFiles WithCalendarOf2027() {
  std::vector<Finding> findings;
  DefinitionFiles files = LoadDefinitionFiles(DSR_SOURCE_DIR "/workflows", &findings).value();
  v1::Calendar& calendar = files.calendar;
  calendar.set_version(calendar.version() + 1);
  calendar.mutable_known()->mutable_last()->set_year(2027);
  // Monday the 4th of January, on which a rolled date would end otherwise.
  v1::DayRange& off = *calendar.add_off();
  off.mutable_first()->set_year(2027);
  off.mutable_first()->set_month(1);
  off.mutable_first()->set_day(4);
  return files;
}

class DeadlineRecounterTest : public ::testing::Test {
 protected:
  absl::StatusOr<int64_t> Recount() {
    const std::atomic<bool> closing = false;
    return DeadlineRecounter::RecountAll(
        {.store = *world_.store, .rulebooks = *world_.rulebooks, .executor = *world_.executor},
        closing);
  }
  v1::Request Get(const RequestId& id) { return world_.Record(id).state().request(); }

  World world_;
};

TEST_F(DeadlineRecounterTest, ProvisionalDatesAreCountedAnewOnceTheCalendarKnowsTheirDays) {
  // The 15th day is Saturday, 2 January 2027.
  world_.clock.SetTime(absl::FromUnixSeconds(1'797'566'400));  // 2026-12-18T12:00:00+08:00
  const RequestId id = world_.FileOne("access", "account-1");
  ASSERT_TRUE(Get(id).clocks(0).provisional());
  ASSERT_EQ(Get(id).statutory_outer_day().day(), 4);
  EXPECT_THAT(Recount(), IsOkAndHolds(0));

  world_.UseDefinitions(WithCalendarOf2027());

  EXPECT_THAT(Recount(), IsOkAndHolds(1));
  EXPECT_FALSE(Get(id).clocks(0).provisional());
  EXPECT_EQ(Get(id).clocks(0).calendar_version(), "cn-2");
  EXPECT_EQ(Get(id).statutory_outer_day().day(), 5);
  // What was announced stands: the 15 days do not roll.
  EXPECT_EQ(Get(id).last_day().day(), 2);
  EXPECT_THAT(Recount(), IsOkAndHolds(0));
}

TEST_F(DeadlineRecounterTest, ADateThatIsKnownStays) {
  const RequestId id = world_.FileOne("access", "account-1");
  world_.UseDefinitions(WithCalendarOf2027());

  EXPECT_THAT(Recount(), IsOkAndHolds(0));
  EXPECT_EQ(Get(id).clocks(0).calendar_version(), "cn-1");
}

}  // namespace
}  // namespace dsr
