#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

v1::TaskResult Blockers(std::initializer_list<const char*> ids) {
  v1::TaskResult result;
  for (const char* id : ids) {
    v1::ReportedBlocker& blocker = *result.add_blockers();
    blocker.set_id(id);
    blocker.set_kind("open-order");
  }
  return result;
}

class CancellationTest : public ::testing::Test {
 protected:
  // Both systems that know blockers report; `orders` what is given.
  void Check(std::initializer_list<const char*> orders) {
    ASSERT_THAT(request_.Complete(request_.OpenTask(v1::TASK_KIND_CHECK_BLOCKERS, kOrders),
                                  Blockers(orders)),
                IsOk());
    request_.CompleteAll(v1::TASK_KIND_CHECK_BLOCKERS);
  }
  void GoToPlanned() {
    request_.FileVerifyAndAssess();
    Check({});
    ASSERT_EQ(request_.request().state(), "planned");
  }
  void GoToClosing() {
    GoToPlanned();
    ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
    Check({});
    ASSERT_EQ(request_.request().state(), "closing");
  }

  RequestDriver request_{"account-cancellation"};
};

TEST_F(CancellationTest, ChecksClosesErasesTellsAndAnswers) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  GoToClosing();
  ASSERT_EQ(request_.OpenTasks(v1::TASK_KIND_CLOSE_ACCOUNT).size(), 1u);
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_ERASE).empty()) << "service stops first";
  request_.CompleteAll(v1::TASK_KIND_CLOSE_ACCOUNT);
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_ERASE).size(), 5u);
  EXPECT_EQ(request_.NoticesTo(kAdPartner).size(), 1u);
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  EXPECT_EQ(request_.request().state(), "answered");
  EXPECT_EQ(request_.Messages("response-cancellation"), 1);

  request_.CompleteAllNotices();

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_FULFILLED);
}

TEST_F(CancellationTest, OpenOrderBlocksAndThePersonIsTold) {
  request_.FileVerifyAndAssess();

  Check({"order-7"});

  EXPECT_EQ(request_.request().state(), "blocked");
  EXPECT_EQ(request_.Messages("blocked"), 1);
  ASSERT_EQ(request_.request().blockers_size(), 1);
  EXPECT_FALSE(request_.request().blockers(0).resolved());
  EXPECT_THAT(request_.Do(ConfirmPlan(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_F(CancellationTest, ClearedBlockersAreCheckedAgainBeforeAnyPlan) {
  request_.FileVerifyAndAssess();
  Check({"order-7", "order-8"});
  ASSERT_THAT(request_.Do(ClearBlockers(), Caseworker()), IsOk());
  ASSERT_EQ(request_.request().state(), "checking");

  Check({"order-8"});
  EXPECT_EQ(request_.request().state(), "blocked") << "one is still there";
  EXPECT_TRUE(request_.request().blockers(0).resolved());
  EXPECT_FALSE(request_.request().blockers(1).resolved());
  ASSERT_THAT(request_.Do(ClearBlockers(), Caseworker()), IsOk());
  Check({});

  EXPECT_EQ(request_.request().state(), "planned");
  EXPECT_TRUE(request_.request().blockers(1).resolved());
}

TEST_F(CancellationTest, OrderPlacedAfterThePlanWasShownBlocksTheClosing) {
  GoToPlanned();
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  ASSERT_EQ(request_.request().state(), "rechecking");

  Check({"order-9"});

  EXPECT_EQ(request_.request().state(), "blocked");
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_CLOSE_ACCOUNT).empty());
  EXPECT_FALSE(request_.state().point_of_no_return());
}

TEST_F(CancellationTest, WithdrawingIsPossibleUntilTheAccountIsBeingClosed) {
  GoToPlanned();
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_CHECK_BLOCKERS).empty());
}

TEST_F(CancellationTest, WithdrawingWhileBlockedIsPossible) {
  request_.FileVerifyAndAssess();
  Check({"order-7"});

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());
}

TEST_F(CancellationTest, WithdrawingWhileClosingIsTooLate) {
  GoToClosing();

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()),
              ReasonIs(v1::ERROR_REASON_POINT_OF_NO_RETURN));
}

TEST_F(CancellationTest, CheckThatComesAfterTheWithdrawalClosesNothing) {
  GoToPlanned();
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  const v1::Task check = request_.OpenTask(v1::TASK_KIND_CHECK_BLOCKERS, kOrders);
  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_THAT(request_.Complete(check, Blockers({})), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_CLOSE_ACCOUNT).empty());
}

TEST_F(CancellationTest, RecheckWithAnExpiredVerificationWaitsAndClosesNothing) {
  GoToPlanned();
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  request_.Advance(absl::Hours(24 * 20));

  Check({});

  EXPECT_EQ(request_.request().state(), "rechecking");
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_CLOSE_ACCOUNT).empty());
  request_.Verify();
  EXPECT_EQ(request_.request().state(), "closing");
}

TEST_F(CancellationTest, KeptPaymentsHoldTheRequestOpenUntilTheirTermEnds) {
  GoToClosing();
  request_.CompleteAll(v1::TASK_KIND_CLOSE_ACCOUNT);
  const v1::Task payments = request_.OpenTask(v1::TASK_KIND_ERASE, kPayments);
  v1::TaskResult kept = RequestDriver::UsualResult(payments);
  v1::RetainedGroup& group = *kept.mutable_categories(0)->add_retained();
  group.mutable_anchor_day()->set_year(2025);
  group.mutable_anchor_day()->set_month(6);
  group.mutable_anchor_day()->set_day(2);
  group.set_records(1);
  ASSERT_THAT(request_.Complete(payments, kept), IsOk());
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  ASSERT_EQ(request_.request().state(), "answered");
  ASSERT_EQ(request_.request().response().outcome(), v1::OUTCOME_PARTLY_FULFILLED);

  request_.FireTimer("retention-end");
  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
}

}  // namespace
}  // namespace dsr
