#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

ReviewDecision Reviewed(v1::ReviewOutcome outcome) {
  ReviewDecision command;
  command.reviewed.set_outcome(outcome);
  return command;
}

class DecisionComplaintTest : public ::testing::Test {
 protected:
  void GoToReviewing(const std::string& decided_by = "credit-model") {
    request_.FileVerifyAndAssess();
    v1::TaskResult result;
    result.mutable_decision()->set_decided_by(decided_by);
    ASSERT_THAT(
        request_.Complete(request_.OpenTask(v1::TASK_KIND_FETCH_DECISION, kRecommendation), result),
        IsOk());
    ASSERT_EQ(request_.request().state(), "reviewing");
  }

  RequestDriver request_{"automated-decision-complaint"};
};

TEST_F(DecisionComplaintTest, OverturnedDecisionIsRemediedAndAnswered) {
  GoToReviewing();
  ASSERT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_OVERTURNED), Reviewer()), IsOk());
  const v1::Task remedy = request_.OpenTask(v1::TASK_KIND_APPLY_REMEDY, kRecommendation);
  EXPECT_EQ(remedy.review_outcome(), v1::REVIEW_OUTCOME_OVERTURNED);
  EXPECT_THAT(request_.Do(RespondToRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  request_.CompleteAll(v1::TASK_KIND_APPLY_REMEDY);

  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.Messages("response-decision"), 1);
  EXPECT_EQ(request_.request().review().reviewer(), Reviewer().name);
}

TEST_F(DecisionComplaintTest, ChangedDecisionIsRemediedToo) {
  GoToReviewing();

  ASSERT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_CHANGED), Reviewer()), IsOk());

  EXPECT_EQ(request_.request().state(), "remedying");
}

TEST_F(DecisionComplaintTest, UpheldDecisionNeedsNoRemedy) {
  GoToReviewing();

  ASSERT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UPHELD), Reviewer()), IsOk());

  EXPECT_EQ(request_.request().state(), "ready");
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_APPLY_REMEDY).empty());
}

TEST_F(DecisionComplaintTest, WhoTookPartInTheDecisionMayNotReviewIt) {
  GoToReviewing(Reviewer().name);

  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UPHELD), Reviewer()),
              ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));

  EXPECT_EQ(request_.request().state(), "reviewing");
  EXPECT_EQ(request_.request().review().outcome(), v1::REVIEW_OUTCOME_UNSPECIFIED);
  const Actor other{.name = "ren", .roles = {"reviewer"}};
  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UPHELD), other), IsOk());
}

TEST_F(DecisionComplaintTest, ProgramMayNotReview) {
  GoToReviewing();
  const Actor program{.name = "system:packager", .roles = {"reviewer"}};

  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UPHELD), program),
              ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));
}

TEST_F(DecisionComplaintTest, ReviewNeedsTheReviewersRoleAndAnOutcome) {
  GoToReviewing();

  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UPHELD), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_UNSPECIFIED), Reviewer()),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(DecisionComplaintTest, UnknownDecisionGoesBackToTheCaseworkerWhoMayRefuse) {
  request_.FileVerifyAndAssess();
  ASSERT_THAT(request_.Complete(request_.OpenTask(v1::TASK_KIND_FETCH_DECISION, kRecommendation),
                                v1::TaskResult()),
              IsOk());
  ASSERT_EQ(request_.request().state(), "assessing");
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_NO_DATA_HELD);

  ASSERT_THAT(request_.Do(refusal, Caseworker()), IsOk());
  ASSERT_THAT(request_.Do(ApproveRefusal(), PrivacyOfficer()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_REFUSED);
}

TEST_F(DecisionComplaintTest, DecisionMayBeFetchedAgain) {
  request_.FileVerifyAndAssess();
  ASSERT_THAT(request_.Complete(request_.OpenTask(v1::TASK_KIND_FETCH_DECISION, kRecommendation),
                                v1::TaskResult()),
              IsOk());

  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  request_.CompleteAll(v1::TASK_KIND_FETCH_DECISION);

  EXPECT_EQ(request_.request().state(), "reviewing");
}

TEST_F(DecisionComplaintTest, ReviewAfterTheWithdrawalIsTooLate) {
  GoToReviewing();
  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_OVERTURNED), Reviewer()),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(DecisionComplaintTest, RemedyAppliedAfterTheWithdrawalIsTooLate) {
  GoToReviewing();
  ASSERT_THAT(request_.Do(Reviewed(v1::REVIEW_OUTCOME_OVERTURNED), Reviewer()), IsOk());
  const v1::Task remedy = request_.OpenTask(v1::TASK_KIND_APPLY_REMEDY, kRecommendation);
  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_THAT(request_.Complete(remedy, v1::TaskResult()),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

}  // namespace
}  // namespace dsr
