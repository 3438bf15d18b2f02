// Refusing and withdrawing, for each of the six workflows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

ProposeRefusal Refusal(v1::RefusalGround ground) {
  ProposeRefusal command;
  command.proposed.set_ground(ground);
  return command;
}

class RefusalTest : public ::testing::TestWithParam<std::string> {
 protected:
  void Propose() {
    request_.FileAndVerify();
    ASSERT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_UNREALISTIC), Caseworker()), IsOk());
  }

  RequestDriver request_{GetParam()};
};

TEST_P(RefusalTest, SecondPersonsApprovalAnswersTheRequest) {
  Propose();
  ASSERT_EQ(request_.request().phase(), v1::PHASE_APPROVAL);
  ASSERT_FALSE(request_.request().has_response());

  ASSERT_THAT(request_.Do(ApproveRefusal(), OtherCaseworker()), IsOk());

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_REFUSED);
  EXPECT_EQ(request_.request().refusal().proposer(), Caseworker().name);
  EXPECT_EQ(request_.request().refusal().decider(), OtherCaseworker().name);
  EXPECT_EQ(request_.Messages("refused"), 1);
}

TEST_P(RefusalTest, ProposerMayNeitherApproveNorRejectAlone) {
  Propose();

  EXPECT_THAT(request_.Do(ApproveRefusal(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));
  EXPECT_THAT(request_.Do(RejectRefusal(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));

  EXPECT_EQ(request_.request().state(), "refusing");
}

TEST_P(RefusalTest, ProgramIsNoSecondPerson) {
  Propose();
  const Actor program{.name = "system:scheduler", .roles = {"caseworker"}};

  EXPECT_THAT(request_.Do(ApproveRefusal(), program),
              ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));
}

TEST_P(RefusalTest, RejectedRefusalGoesBackToAssessmentAndMayComeTheOtherWayRound) {
  Propose();

  ASSERT_THAT(request_.Do(RejectRefusal(), OtherCaseworker()), IsOk());
  EXPECT_EQ(request_.request().state(), "assessing");
  EXPECT_FALSE(request_.request().has_response());
  ASSERT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_UNRELATED), OtherCaseworker()), IsOk());
  ASSERT_THAT(request_.Do(ApproveRefusal(), Caseworker()), IsOk());

  EXPECT_EQ(request_.request().refusal().ground(), v1::REFUSAL_GROUND_UNRELATED);
}

TEST_P(RefusalTest, GroundMustBeListed) {
  request_.FileAndVerify();

  EXPECT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_UNSPECIFIED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_GROUND_MISSING));
  EXPECT_THAT(request_.Do(Refusal(static_cast<v1::RefusalGround>(99)), Caseworker()),
              ReasonIs(v1::ERROR_REASON_GROUND_MISSING));
}

TEST_P(RefusalTest, RefusingTakesACaseworkersRole) {
  request_.FileAndVerify();

  EXPECT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_UNREALISTIC), Intake()),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  ASSERT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_UNREALISTIC), Caseworker()), IsOk());
  EXPECT_THAT(request_.Do(ApproveRefusal(), Verifier()), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

TEST_P(RefusalTest, UnverifiedRequestIsNotRefusedButAnsweredAsUnverified) {
  request_.FileUsual();

  EXPECT_THAT(request_.Do(Refusal(v1::REFUSAL_GROUND_NOT_VERIFIED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_P(RefusalTest, RefusalThatWaitsPastTheDeadlineIsBreached) {
  Propose();

  request_.FireTimer("deadline");
  ASSERT_THAT(request_.Do(ApproveRefusal(), OtherCaseworker()), IsOk());

  EXPECT_TRUE(request_.request().breached());
  EXPECT_TRUE(request_.state().answered_late());
}

TEST_P(RefusalTest, RequesterMayWithdrawWhileTheRefusalWaits) {
  Propose();

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_THAT(request_.Do(ApproveRefusal(), OtherCaseworker()),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_P(RefusalTest, RequesterMayWithdrawBeforeAnythingIsVerified) {
  request_.FileUsual();

  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_EQ(request_.Messages("withdrawn"), 1);
  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_RESOLVE_CONTACT).empty());
}

TEST_P(RefusalTest, WithdrawnRequestIsWithdrawnOnce) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_THAT(request_.Do(WithdrawRequest(), Intake()), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  EXPECT_EQ(request_.Count(storage::v1::Event::kRequestWithdrawn), 1);
}

TEST_P(RefusalTest, WithdrawingTakesARoleThatSpeaksForTheRequester) {
  request_.FileAndVerify();

  EXPECT_THAT(request_.Do(WithdrawRequest(), Reviewer()), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, RefusalTest, ::testing::ValuesIn(AssessedWorkflows()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace dsr
