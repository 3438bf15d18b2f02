#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;

// `erased` records gone and `kept` that must stay, all completed on `anchor`.
v1::TaskResult Kept(const v1::Task& task, int erased, int kept, absl::CivilDay anchor) {
  v1::TaskResult result;
  v1::CategoryResult& category = *result.add_categories();
  category.set_category(task.categories(0));
  category.set_records(erased);
  v1::RetainedGroup& group = *category.add_retained();
  *group.mutable_anchor_day() = ToDate(anchor);
  group.set_records(kept);
  return result;
}

class DeletionTest : public ::testing::Test {
 protected:
  void GoToPlanned() { request_.FileVerifyAndAssess(); }
  void GoToErasing() {
    GoToPlanned();
    ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  }
  v1::Task EraseTask(absl::string_view system) {
    return request_.OpenTask(v1::TASK_KIND_ERASE, system);
  }
  // Orders of two dates in the last three years stay; everything else goes.
  void EraseKeepingOrders() {
    v1::TaskResult result = Kept(EraseTask(kOrders), 4, 2, absl::CivilDay(2023, 11, 1));
    v1::RetainedGroup& younger = *result.mutable_categories(0)->add_retained();
    *younger.mutable_anchor_day() = ToDate(absl::CivilDay(2024, 2, 29));
    younger.set_records(5);
    ASSERT_THAT(request_.Complete(EraseTask(kOrders), result), IsOk());
    request_.CompleteAll(v1::TASK_KIND_ERASE);
  }
  v1::CategoryOutcome OutcomeOf(const std::string& category) {
    for (const v1::CategoryOutcome& outcome : request_.request().outcomes()) {
      if (outcome.category() == category) return outcome;
    }
    ADD_FAILURE() << "no outcome of " << category;
    return v1::CategoryOutcome();
  }

  RequestDriver request_{"deletion"};
};

TEST_F(DeletionTest, PlanTellsWhatGoesNowAndWhatALawKeeps) {
  GoToPlanned();

  ASSERT_EQ(request_.request().state(), "planned");
  EXPECT_EQ(request_.Messages("plan-ready"), 1);
  ASSERT_EQ(request_.request().plan().items_size(), 10);
  for (const v1::PlanItem& item : request_.request().plan().items()) {
    const bool kept = item.category() == "orders" || item.category() == "payments";
    EXPECT_EQ(item.action(),
              kept ? v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST : v1::RETENTION_ACTION_ERASE)
        << item.category();
    EXPECT_EQ(item.law().empty(), !kept);
  }
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_ERASE).empty()) << "nothing before it is confirmed";
}

TEST_F(DeletionTest, ErasesEverythingAnswersAndCloses) {
  GoToErasing();
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_ERASE).size(), 5u);

  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_FULFILLED);
  EXPECT_EQ(request_.Messages("response-deletion"), 1);
  EXPECT_EQ(OutcomeOf("browsing").disposition(), v1::DISPOSITION_ERASED);
}

TEST_F(DeletionTest, ConfirmedPlanNamesWhoConfirmedIt) {
  GoToErasing();

  EXPECT_EQ(request_.request().plan().confirmed_by(), Caseworker().name);
}

TEST_F(DeletionTest, PlanIsComputedAgainOnTheDayItIsConfirmed) {
  GoToPlanned();
  request_.Advance(absl::Hours(24 * 3));

  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());

  const v1::PlanItem instruction = EraseTask(kOrders).instructions(0);
  EXPECT_EQ(
      ToCivilDay(instruction.erase_anchored_until()),
      ErasableUntil(request_.rulebook(), request_.rulebook().FindCategory("orders")->retention(0),
                    absl::CivilDay(2026, 3, 5)));
}

TEST_F(DeletionTest, KeptOrdersAreRestrictedUntilTheRolledDayAndTheRestIsGone) {
  GoToErasing();

  EraseKeepingOrders();

  const v1::CategoryOutcome orders = OutcomeOf("orders");
  EXPECT_EQ(orders.disposition(), v1::DISPOSITION_RESTRICTED);
  EXPECT_EQ(orders.records(), 4);
  EXPECT_EQ(orders.retained_records(), 7);
  EXPECT_EQ(orders.law(), "E-Commerce Law, article 31");
  // Three years after 29 February 2024 are over on Sunday, 28 February 2027.
  EXPECT_EQ(ToCivilDay(orders.retained_until()), absl::CivilDay(2027, 3, 1));
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_PARTLY_FULFILLED);
  EXPECT_EQ(request_.request().state(), "answered");
  // The first group's term ends on Sunday, 1 November 2026, and is held to the end of Monday.
  EXPECT_EQ(request_.TimerDueAt("retention-end"), ShopTime(absl::CivilSecond(2026, 11, 3)));
}

TEST_F(DeletionTest, RetentionTimersEraseTheRestTermByTermAndClose) {
  GoToErasing();
  EraseKeepingOrders();

  request_.FireTimer("retention-end");
  ASSERT_TRUE(EraseTask(kOrders).retained_only());
  EXPECT_EQ(request_.TimerDueAt("retention-end"), absl::InfinitePast());
  ASSERT_THAT(request_.Complete(EraseTask(kOrders),
                                Kept(EraseTask(kOrders), 2, 5, absl::CivilDay(2024, 2, 29))),
              IsOk());
  EXPECT_EQ(OutcomeOf("orders").records(), 6);
  EXPECT_EQ(request_.TimerDueAt("retention-end"), ShopTime(absl::CivilSecond(2027, 3, 2)));
  request_.FireTimer("retention-end");
  v1::TaskResult last;
  last.add_categories()->set_category("orders");
  last.mutable_categories(0)->set_records(5);
  ASSERT_THAT(request_.Complete(EraseTask(kOrders), last), IsOk());

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(OutcomeOf("orders").disposition(), v1::DISPOSITION_ERASED);
  EXPECT_EQ(OutcomeOf("orders").records(), 11);
  EXPECT_EQ(request_.Count(Event::kRequestAnswered), 1);
}

TEST_F(DeletionTest, TwoSystemsWhoseTermsEndTogetherAreAskedOnceEach) {
  GoToErasing();
  for (const char* system : {kOrders, kPayments}) {
    ASSERT_THAT(request_.Complete(EraseTask(system),
                                  Kept(EraseTask(system), 1, 1, absl::CivilDay(2023, 11, 1))),
                IsOk());
  }
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  request_.FireTimer("retention-end");
  ASSERT_EQ(request_.OpenTasks(v1::TASK_KIND_ERASE).size(), 2u);

  ASSERT_THAT(request_.Complete(EraseTask(kOrders), RequestDriver::UsualResult(EraseTask(kOrders))),
              IsOk());
  request_.FireDueTimers();

  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_ERASE).size(), 1u);
  EXPECT_EQ(request_.request().state(), "answered");
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
}

TEST_F(DeletionTest, FailedFinalErasureDoesNotHoldBackAnotherSystemsTerm) {
  GoToErasing();
  ASSERT_THAT(request_.Complete(EraseTask(kOrders),
                                Kept(EraseTask(kOrders), 1, 1, absl::CivilDay(2023, 11, 1))),
              IsOk());
  ASSERT_THAT(request_.Complete(EraseTask(kPayments),
                                Kept(EraseTask(kPayments), 1, 1, absl::CivilDay(2024, 12, 2))),
              IsOk());
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  request_.FireTimer("retention-end");
  const TaskId orders = IdIn<TaskId>(EraseTask(kOrders).name());
  ASSERT_THAT(request_.Do(FailTask{.id = orders, .code = "broken", .for_good = true}, Worker()),
              IsOk());

  EXPECT_EQ(request_.TimerDueAt("retention-end"), ShopTime(absl::CivilSecond(2027, 12, 3)));
  request_.FireTimer("retention-end");

  EXPECT_EQ(EraseTask(kPayments).system(), kPayments);
  EXPECT_THAT(request_.Do(RetryTask{.id = orders}, Caseworker()), IsOk());
}

TEST_F(DeletionTest, TermThatEndsWhileOtherSystemsStillEraseIsNotForgotten) {
  GoToErasing();
  // On 2 March 2026 the term of 3 March 2023 has a day to go.
  ASSERT_THAT(request_.Complete(EraseTask(kOrders),
                                Kept(EraseTask(kOrders), 1, 1, absl::CivilDay(2023, 3, 3))),
              IsOk());
  request_.FireTimer("retention-end");
  ASSERT_EQ(request_.request().state(), "erasing");

  request_.CompleteAll(v1::TASK_KIND_ERASE);
  request_.FireDueTimers();

  EXPECT_TRUE(EraseTask(kOrders).retained_only());
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
}

TEST_F(DeletionTest, TermThatEndsAfterTheVerificationExpiredIsNotForgotten) {
  GoToErasing();
  // The verification expires on 22 March 2026, the term on 3 April.
  ASSERT_THAT(request_.Complete(EraseTask(kOrders),
                                Kept(EraseTask(kOrders), 1, 1, absl::CivilDay(2023, 4, 3))),
              IsOk());
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));
  request_.CompleteAll(v1::TASK_KIND_ERASE);
  ASSERT_EQ(request_.request().state(), "answered");

  request_.FireTimer("retention-end");

  EXPECT_TRUE(EraseTask(kOrders).retained_only());
}

TEST_F(DeletionTest, KeepingWhatThePlanSaysToEraseIsRefused) {
  GoToErasing();

  EXPECT_THAT(request_.Complete(EraseTask(kBrowsing),
                                Kept(EraseTask(kBrowsing), 1, 1, absl::CivilDay(2025, 1, 1))),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(DeletionTest, KeptRecordsNeedARealAnchorDayAndACount) {
  GoToErasing();
  v1::TaskResult no_day = Kept(EraseTask(kOrders), 1, 1, absl::CivilDay(2025, 2, 28));
  no_day.mutable_categories(0)->mutable_retained(0)->mutable_anchor_day()->set_day(30);

  EXPECT_THAT(request_.Complete(EraseTask(kOrders), no_day),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(request_.Complete(EraseTask(kOrders),
                                Kept(EraseTask(kOrders), 1, 0, absl::CivilDay(2025, 2, 28))),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(DeletionTest, WithdrawingAPlanErasesNothing) {
  GoToPlanned();

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_THAT(request_.Do(ConfirmPlan(), Caseworker()), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(DeletionTest, WithdrawingOnceErasureHasBegunIsTooLate) {
  GoToErasing();

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()),
              ReasonIs(v1::ERROR_REASON_POINT_OF_NO_RETURN));

  EXPECT_EQ(request_.request().state(), "erasing");
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_ERASE).size(), 5u);
}

TEST_F(DeletionTest, WithdrawingWhileARestIsKeptIsTooLate) {
  GoToErasing();
  EraseKeepingOrders();

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()),
              ReasonIs(v1::ERROR_REASON_POINT_OF_NO_RETURN));
}

TEST_F(DeletionTest, ErasureFinishedAfterTheDeadlineIsAnsweredLateAndStaysBreached) {
  GoToErasing();
  request_.FireTimer("deadline");
  ASSERT_TRUE(request_.request().breached());

  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_TRUE(request_.request().breached());
  EXPECT_TRUE(request_.state().answered_late());
}

TEST_F(DeletionTest, GroundIsNeededForCategoriesThatAPersonCannotDeleteAlone) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.mutable_deletion()->clear_ground();
  filed.add_categories("browsing");
  filed.add_categories("orders");

  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));

  filed.mutable_categories()->RemoveLast();
  EXPECT_THAT(request_.File(filed), IsOk());
}

TEST_F(DeletionTest, UnknownOrRepeatedCategoryIsRefusedAtFiling) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.add_categories("genome");
  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  filed.set_categories(0, "orders");
  filed.add_categories("orders");
  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(DeletionTest, DetailsOfAnotherTypeAreRefusedAtFiling) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.mutable_decision_complaint()->set_decision_id("credit-17");

  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(DeletionTest, AbsentDetailsAreRefusedAtFiling) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.clear_deletion();

  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
}

}  // namespace
}  // namespace dsr
