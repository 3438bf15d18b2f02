#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

DecideField Decided(int index, v1::FieldDecision decision) {
  DecideField command;
  command.decided.set_index(index);
  command.decided.set_decision(decision);
  return command;
}

class CorrectionTest : public ::testing::Test {
 protected:
  void DecideAll(v1::FieldDecision first, v1::FieldDecision others) {
    ASSERT_THAT(request_.Do(Decided(0, first), Caseworker()), IsOk());
    ASSERT_THAT(request_.Do(Decided(1, others), Caseworker()), IsOk());
    ASSERT_THAT(request_.Do(Decided(2, others), Caseworker()), IsOk());
  }

  RequestDriver request_{"correction"};
};

TEST_F(CorrectionTest, AppliesWhatWasAcceptedTellsRecipientsAndClosesWhenTheyAreDone) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses", "orders"});
  request_.FileVerifyAndAssess();
  ASSERT_EQ(request_.OpenTasks(v1::TASK_KIND_CORRECT).size(), 1u);
  request_.CompleteAll(v1::TASK_KIND_CORRECT);
  ASSERT_EQ(request_.NoticeTo(kLogistics).kind(), v1::NOTICE_KIND_CORRECT);
  EXPECT_THAT(request_.NoticeTo(kLogistics).categories(), ::testing::ElementsAre("addresses"));

  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());
  EXPECT_EQ(request_.request().state(), "answered");
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_FULFILLED);
  request_.CompleteAllNotices();

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request_.request().outcomes(0).disposition(), v1::DISPOSITION_CORRECTED);
}

TEST_F(CorrectionTest, PartlyAcceptedIsPartlyFulfilled) {
  request_.FileAndVerify();
  DecideAll(v1::FIELD_DECISION_REJECTED, v1::FIELD_DECISION_ACCEPTED);
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  request_.CompleteAll(v1::TASK_KIND_CORRECT);

  ASSERT_THAT(request_.Do(RespondToRequest(), Caseworker()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_PARTLY_FULFILLED);
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED) << "nobody had to be told";
}

TEST_F(CorrectionTest, UndecidedFieldHoldsTheAssessment) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(Decided(0, v1::FIELD_DECISION_ACCEPTED), Caseworker()), IsOk());

  EXPECT_THAT(request_.Do(AssessRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));

  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_CORRECT).empty());
}

TEST_F(CorrectionTest, RejectingEveryFieldTakesARefusalByTwoPersons) {
  request_.FileAndVerify();
  DecideAll(v1::FIELD_DECISION_REJECTED, v1::FIELD_DECISION_REJECTED);
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_UNREALISTIC);

  ASSERT_THAT(request_.Do(refusal, Caseworker()), IsOk());
  ASSERT_THAT(request_.Do(ApproveRefusal(), OtherCaseworker()), IsOk());

  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_REFUSED);
}

TEST_F(CorrectionTest, FieldMayBeDecidedAgainBeforeTheAssessment) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(Decided(0, v1::FIELD_DECISION_REJECTED), Caseworker()), IsOk());
  ASSERT_THAT(request_.Do(Decided(0, v1::FIELD_DECISION_ACCEPTED), Caseworker()), IsOk());

  EXPECT_EQ(request_.request().correction().fields(0).decision(), v1::FIELD_DECISION_ACCEPTED);
}

TEST_F(CorrectionTest, FieldThatIsNotThereAndDecisionThatIsNoneAreRefused) {
  request_.FileAndVerify();

  EXPECT_THAT(request_.Do(Decided(3, v1::FIELD_DECISION_ACCEPTED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(request_.Do(Decided(-1, v1::FIELD_DECISION_ACCEPTED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(request_.Do(Decided(0, v1::FIELD_DECISION_UNSPECIFIED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(CorrectionTest, DecidingFieldsAfterTheAssessmentIsRefused) {
  request_.FileVerifyAndAssess();

  EXPECT_THAT(request_.Do(Decided(0, v1::FIELD_DECISION_REJECTED), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_F(CorrectionTest, RejectedFieldsCategoryIsNeitherAskedForNorTold) {
  AddDisclosure(request_.facts(), kPaymentProvider, {"orders"});
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.mutable_correction()->mutable_fields(0)->set_category("orders");
  ASSERT_THAT(request_.File(filed), IsOk());
  request_.Verify();
  DecideAll(v1::FIELD_DECISION_REJECTED, v1::FIELD_DECISION_ACCEPTED);

  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_CORRECT).size(), 1u);
  EXPECT_EQ(request_.OpenTasks(v1::TASK_KIND_CORRECT)[0].system(), kProfile);
  request_.CompleteAll(v1::TASK_KIND_CORRECT);

  EXPECT_TRUE(request_.NoticesTo(kPaymentProvider).empty());
}

TEST_F(CorrectionTest, CorrectedAfterTheVerificationExpiredTellsRecipientsWithoutAnother) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  request_.FileVerifyAndAssess();
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));

  request_.CompleteAll(v1::TASK_KIND_CORRECT);

  EXPECT_EQ(request_.NoticesTo(kLogistics).size(), 1u);
}

TEST_F(CorrectionTest, CategoryThatThePolicyDoesNotKnowIsRefusedAtFiling) {
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.mutable_correction()->mutable_fields(1)->set_category("genome");

  EXPECT_THAT(request_.File(filed), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

}  // namespace
}  // namespace dsr
