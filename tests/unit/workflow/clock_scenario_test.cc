// The fifteen days, for each of the six workflows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;

class ClockTest : public ::testing::TestWithParam<std::string> {
 protected:
  RequestDriver request_{GetParam()};
};

TEST_P(ClockTest, DeadlineIsTheEndOfTheFifteenthDayAfterReceipt) {
  request_.FileUsual();

  EXPECT_EQ(request_.TimerDueAt("deadline"), ShopTime(absl::CivilSecond(2026, 3, 18)));
  EXPECT_EQ(request_.request().last_day().day(), 17);
  EXPECT_EQ(request_.TimerDueAt("reminder"), ShopTime(absl::CivilSecond(2026, 3, 13)));
  EXPECT_EQ(request_.TimerDueAt("escalation"), ShopTime(absl::CivilSecond(2026, 3, 16)));
  EXPECT_EQ(request_.TimerDueAt("verification-cutoff"), ShopTime(absl::CivilSecond(2026, 3, 17)));
}

TEST_P(ClockTest, ClockRunsFromReceiptAndNotFromFiling) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  *filed.mutable_received_time() =
      ToTimestamp(ShopTime(absl::CivilSecond(2026, 2, 27, 23, 59, 59)));

  ASSERT_THAT(request_.File(filed), IsOk());

  EXPECT_EQ(request_.TimerDueAt("deadline"), ShopTime(absl::CivilSecond(2026, 3, 15)));
}

TEST_P(ClockTest, ReceiptInTheFutureIsRefused) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  *filed.mutable_received_time() = ToTimestamp(request_.now() + absl::Seconds(1));

  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_P(ClockTest, RequestThatNobodyVerifiesIsAnsweredTheDayBeforeTheDeadline) {
  request_.FileUsual();

  request_.FireTimer("verification-cutoff");

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_NOT_VERIFIED);
  EXPECT_EQ(request_.Messages("not-verified"), 1);
  EXPECT_FALSE(request_.request().breached());
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_RESOLVE_CONTACT).empty());
}

TEST_P(ClockTest, VerificationEndsTheCutOff) {
  request_.FileAndVerify();

  EXPECT_EQ(request_.TimerDueAt("verification-cutoff"), absl::InfinitePast());
}

TEST_P(ClockTest, ReminderAndEscalationRaiseTheLevelAndMoveNothing) {
  request_.FileAndVerify();

  request_.FireTimer("reminder");
  EXPECT_EQ(request_.request().escalation_level(), 1);
  request_.FireTimer("escalation");
  EXPECT_EQ(request_.request().escalation_level(), 2);

  EXPECT_EQ(request_.request().state(), "assessing");
  EXPECT_FALSE(request_.request().breached());
}

TEST_P(ClockTest, UnansweredAtTheDeadlineIsBreachedToldAndGoesOn) {
  request_.FileAndVerify();

  request_.FireTimer("deadline");

  EXPECT_TRUE(request_.request().breached());
  EXPECT_EQ(FromTimestamp(request_.request().breach_time()),
            ShopTime(absl::CivilSecond(2026, 3, 18)));
  EXPECT_EQ(request_.request().escalation_level(), 3);
  EXPECT_EQ(request_.Messages("breached"), 1);
  EXPECT_EQ(request_.request().state(), "assessing");
}

TEST_P(ClockTest, AnswerAfterTheBreachStaysABreach) {
  request_.FileAndVerify();
  request_.FireTimer("deadline");

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_TRUE(request_.request().breached());
  EXPECT_TRUE(request_.state().answered_late());
  EXPECT_EQ(request_.Count(Event::kRequestBreached), 1);
}

TEST_P(ClockTest, AnswerInTheLastInstantIsOnTime) {
  request_.FileAndVerify();
  request_.AdvanceTo(ShopTime(absl::CivilSecond(2026, 3, 18)) - absl::Microseconds(1));

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_FALSE(request_.request().breached());
  EXPECT_FALSE(request_.state().answered_late());
}

TEST_P(ClockTest, AnswerAtTheDueInstantComesAfterTheBreach) {
  request_.FileAndVerify();
  request_.AdvanceTo(ShopTime(absl::CivilSecond(2026, 3, 18)));

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_TRUE(request_.request().breached());
  EXPECT_TRUE(request_.state().answered_late());
}

TEST_P(ClockTest, StandstillOverEverythingFiresEachTimerOnceInDueOrder) {
  request_.FileAndVerify();
  request_.AdvanceTo(ShopTime(absl::CivilSecond(2026, 4, 1)));

  request_.FireDueTimers();

  std::vector<std::string> fired;
  for (const Event& event : request_.events()) {
    if (event.has_timer_ended() && event.timer_ended().fired()) {
      fired.push_back(event.timer_ended().name());
    }
  }
  EXPECT_THAT(fired, ::testing::ElementsAre("reminder", "escalation", "deadline"));
  EXPECT_EQ(request_.request().escalation_level(), 3);
}

TEST_P(ClockTest, UnverifiedRequestAnsweredByALateCutOffIsABreach) {
  request_.FileUsual();
  request_.AdvanceTo(ShopTime(absl::CivilSecond(2026, 3, 20)));

  request_.FireDueTimers();

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_NOT_VERIFIED);
  EXPECT_TRUE(request_.state().answered_late());
  EXPECT_TRUE(request_.request().breached());
}

TEST_P(ClockTest, RequestFiledAfterItsDeadlineIsBreachedAtOnce) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  *filed.mutable_received_time() = ToTimestamp(ShopTime(absl::CivilSecond(2026, 2, 1, 9, 0, 0)));
  ASSERT_THAT(request_.File(filed), IsOk());

  request_.FireDueTimers();

  EXPECT_TRUE(request_.request().breached());
}

TEST_P(ClockTest, AnsweringEndsReminderEscalationAndDeadline) {
  request_.FileAndVerify();

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  for (const char* name : {"reminder", "escalation", "deadline"}) {
    EXPECT_EQ(request_.TimerDueAt(name), absl::InfinitePast()) << name;
  }
}

TEST_P(ClockTest, TimerThatIsNotDueYetDoesNothing) {
  request_.FileAndVerify();
  const int64_t version = request_.state().version();

  EXPECT_THAT(request_.Do(FireTimer{"deadline", request_.TimerDueAt("deadline")}, Scheduler()),
              IsOk());

  EXPECT_EQ(request_.state().version(), version);
}

TEST_P(ClockTest, TimerOfAnotherDueTimeOrNameDoesNothing) {
  request_.FileAndVerify();
  const int64_t version = request_.state().version();

  EXPECT_THAT(request_.Do(FireTimer{"deadline", request_.now() - absl::Hours(1)}, Scheduler()),
              IsOk());
  EXPECT_THAT(request_.Do(FireTimer{"verification-cutoff", request_.now()}, Scheduler()), IsOk());

  EXPECT_EQ(request_.state().version(), version);
}

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, ClockTest, ::testing::ValuesIn(AssessedWorkflows()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(OuterDayTest, CancellationShowsTheFifteenthWorkingDayBesideTheBindingOne) {
  RequestDriver request("account-cancellation");
  request.FileUsual();

  EXPECT_EQ(request.request().last_day().day(), 17);
  EXPECT_EQ(request.request().statutory_outer_day().month(), 3);
  EXPECT_EQ(request.request().statutory_outer_day().day(), 23);
}

}  // namespace
}  // namespace dsr
