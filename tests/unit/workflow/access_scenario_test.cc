// Access and copy: the same collection, as a readable page and as a package.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;

struct Kind {
  std::string workflow;
  v1::TaskKind build;
  std::string answer;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.workflow; }

class AccessTest : public ::testing::TestWithParam<Kind> {
 protected:
  void GoToReady() {
    request_.FileVerifyAndAssess();
    request_.CompleteAll(v1::TASK_KIND_COLLECT);
    request_.BuildPackage(GetParam().build);
    ASSERT_EQ(request_.request().state(), "ready");
  }
  void GoToAnswered() {
    GoToReady();
    ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());
  }

  RequestDriver request_{GetParam().workflow};
};

TEST_P(AccessTest, CollectsFromEverySystemBuildsAndAnswers) {
  request_.FileVerifyAndAssess();
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_COLLECT).size(), 5u);
  request_.CompleteAll(v1::TASK_KIND_COLLECT);
  EXPECT_EQ(request_.request().state(), "packaging");
  request_.BuildPackage(GetParam().build);

  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());

  EXPECT_EQ(request_.request().state(), "answered");
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_FULFILLED);
  EXPECT_EQ(request_.Messages(GetParam().answer), 1);
  EXPECT_EQ(request_.request().outcomes_size(), 10);
  EXPECT_EQ(request_.request().outcomes(0).disposition(), v1::DISPOSITION_PROVIDED);
  EXPECT_EQ(request_.request().outcomes(0).records(), 3);
  EXPECT_EQ(request_.request().package().state(), v1::Package::STATE_READY);
}

TEST_P(AccessTest, TellsDataSystemsHowWhoeverAsksStandsToTheSubject) {
  request_.FileVerifyAndAssess();

  for (const v1::Task& task : request_.OpenTasks(v1::TASK_KIND_COLLECT))
    EXPECT_EQ(task.relation(), v1::RELATION_SUBJECT);
}

TEST_P(AccessTest, WhatNobodyRefusedHasNoRefusal) {
  request_.FileVerifyAndAssess();

  EXPECT_FALSE(request_.request().has_refusal());
}

TEST_P(AccessTest, CollectsOnlyTheCategoriesAskedFor) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.add_categories("orders");
  filed.add_categories("browsing");
  ASSERT_THAT(request_.File(filed), IsOk());
  request_.Verify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());

  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_COLLECT).size(), 2u);
  EXPECT_THAT(request_.OpenTask(v1::TASK_KIND_COLLECT, kBrowsing).categories(),
              ::testing::ElementsAre("browsing"));
}

TEST_P(AccessTest, CategoryWithoutRecordsIsAnsweredAsNotHeld) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.add_categories("orders");
  ASSERT_THAT(request_.File(filed), IsOk());
  request_.Verify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());

  ASSERT_THAT(
      request_.Complete(request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders), v1::TaskResult()),
      IsOk());

  EXPECT_EQ(request_.request().outcomes(0).disposition(), v1::DISPOSITION_NOT_HELD);
}

TEST_P(AccessTest, SystemThatFailsForGoodHoldsTheAnswerUntilItIsRetried) {
  request_.FileVerifyAndAssess();
  const v1::Task task = request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders);
  const TaskId id = IdIn<TaskId>(task.name());
  ASSERT_THAT(request_.Do(FailTask{.id = id, .code = "broken", .for_good = true}, Worker()),
              IsOk());
  request_.CompleteAll(v1::TASK_KIND_COLLECT);
  ASSERT_EQ(request_.request().state(), "collecting");
  ASSERT_THAT(request_.Complete(task, RequestDriver::UsualResult(task)),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  ASSERT_THAT(request_.Do(RetryTask{.id = id}, Caseworker()), IsOk());
  ASSERT_THAT(request_.Complete(task, RequestDriver::UsualResult(task)), IsOk());

  EXPECT_EQ(request_.request().state(), "packaging");
}

TEST_P(AccessTest, TenFailuresAreForGood) {
  request_.FileVerifyAndAssess();
  const v1::Task task = request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders);
  const FailTask fail{.id = IdIn<TaskId>(task.name()), .code = "timeout"};
  for (int i = 0; i < 9; ++i) ASSERT_THAT(request_.Do(fail, Worker()), IsOk());
  ASSERT_EQ(request_.request().progress().tasks_failed(), 0);

  ASSERT_THAT(request_.Do(fail, Worker()), IsOk());

  EXPECT_EQ(request_.request().progress().tasks_failed(), 1);
}

TEST_P(AccessTest, TaskIsCompletedOnce) {
  request_.FileVerifyAndAssess();
  const v1::Task task = request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders);
  ASSERT_THAT(request_.Complete(task, RequestDriver::UsualResult(task)), IsOk());

  EXPECT_THAT(request_.Complete(task, RequestDriver::UsualResult(task)),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  EXPECT_EQ(request_.request().progress().tasks_completed(), 2);
}

TEST_P(AccessTest, ResultForACategoryThatWasNotAskedIsRefused) {
  request_.FileVerifyAndAssess();
  v1::TaskResult result;
  result.add_categories()->set_category("payments");

  EXPECT_THAT(request_.Complete(request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders), result),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_COLLECT).size(), 5u);
}

TEST_P(AccessTest, RespondingNeedsAVerificationThatHasNotExpired) {
  GoToReady();
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));

  EXPECT_THAT(request_.Do(RespondToRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));

  EXPECT_FALSE(request_.request().has_response());
  EXPECT_TRUE(request_.state().grant_id().empty());
}

TEST_P(AccessTest, RespondingBeforeTheCollectionIsDoneIsRefused) {
  request_.FileVerifyAndAssess();

  EXPECT_THAT(request_.Do(RespondToRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_P(AccessTest, IntakeMayNotRespond) {
  GoToReady();

  EXPECT_THAT(request_.Do(RespondToRequest(), Intake()), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

TEST_P(AccessTest, FirstDownloadBindsTheGrantToItsCaller) {
  GoToAnswered();
  ASSERT_THAT(request_.Do(BeginDownload(), Intake()), IsOk());

  EXPECT_THAT(request_.Do(BeginDownload(), Caseworker()), ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
  EXPECT_THAT(request_.Do(FinishDownload(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), IsOk()) << "the same caller may resume";
  EXPECT_EQ(request_.Count(Event::kDownloadBegun), 1);
}

TEST_P(AccessTest, FinishedDownloadIsTheLast) {
  GoToAnswered();
  ASSERT_THAT(request_.Do(BeginDownload(), Intake()), IsOk());
  ASSERT_THAT(request_.Do(FinishDownload(), Intake()), IsOk());

  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), ReasonIs(v1::ERROR_REASON_GRANT_INVALID));

  EXPECT_EQ(request_.request().package().state(), v1::Package::STATE_DOWNLOADED);
}

TEST_P(AccessTest, NothingIsDownloadedBeforeTheAnswer) {
  GoToReady();

  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
}

TEST_P(AccessTest, DownloadNeedsAVerificationThatHasNotExpired) {
  request_.FileVerifyAndAssess();
  request_.CompleteAll(v1::TASK_KIND_COLLECT);
  request_.BuildPackage(GetParam().build);
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()) - absl::Hours(1));
  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());
  request_.Advance(absl::Hours(1));

  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));
}

TEST_P(AccessTest, ResumingADownloadNeedsAVerificationThatHasNotExpired) {
  request_.FileVerifyAndAssess();
  request_.CompleteAll(v1::TASK_KIND_COLLECT);
  request_.BuildPackage(GetParam().build);
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()) - absl::Hours(1));
  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());
  ASSERT_THAT(request_.Do(BeginDownload(), Intake()), IsOk());
  request_.Advance(absl::Hours(1));

  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));
}

TEST_P(AccessTest, GrantEndsAfterItsHoursAndClosesTheRequest) {
  GoToAnswered();
  EXPECT_EQ(request_.TimerDueAt("grant-end"), request_.now() + absl::Hours(72));

  request_.FireTimer("grant-end");

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_THAT(request_.Do(BeginDownload(), Intake()), ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
}

TEST_P(AccessTest, WithdrawingWhileCollectingCancelsTheTasks) {
  request_.FileVerifyAndAssess();
  const v1::Task task = request_.OpenTask(v1::TASK_KIND_COLLECT, kOrders);

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_COLLECT).empty());
  EXPECT_THAT(request_.Complete(task, RequestDriver::UsualResult(task)),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_P(AccessTest, WithdrawingAfterTheAnswerIsRefused) {
  GoToAnswered();

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_FULFILLED);
}

INSTANTIATE_TEST_SUITE_P(
    Both, AccessTest,
    ::testing::Values(Kind{"access", v1::TASK_KIND_BUILD_ANSWER, "response-access"},
                      Kind{"copy", v1::TASK_KIND_BUILD_PACKAGE, "response-copy"}),
    [](const auto& info) { return info.param.workflow; });

}  // namespace
}  // namespace dsr
