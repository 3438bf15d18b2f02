// A complaint about an automated decision from filing to its answer, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

using Stub = v1::RequestService::Stub;

constexpr char kExplanation[] = "Your income was read in the wrong currency.";

class DecisionComplaintFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.RegisterSystem("profile", {}, {v1::TASK_KIND_RESOLVE_CONTACT});
    shop_.RegisterSystem("recommendation", {"decisions"},
                         {v1::TASK_KIND_FETCH_DECISION, v1::TASK_KIND_APPLY_REMEDY});
    v1::CreateRequestRequest call = FilingCall("automated-decision-complaint");
    call.mutable_request()->mutable_decision_complaint()->set_decision_id("credit-17");
    call.mutable_request()->mutable_decision_complaint()->set_effect("No credit line.");
    request_ = shop_.File(call).name();
    shop_.Verify(request_);
    ASSERT_THAT(shop_.Assess(request_), IsOk());
  }

  void FetchDecision(const std::string& decided_by) {
    shop_.Work("recommendation", [&](const v1::Task& task) {
      EXPECT_EQ(task.kind(), v1::TASK_KIND_FETCH_DECISION);
      EXPECT_EQ(task.decision_id(), "credit-17");
      v1::TaskResult result;
      result.mutable_decision()->set_decided_by(decided_by);
      result.mutable_decision()->set_record("{\"income\":12}");
      return result;
    });
  }

  absl::StatusOr<v1::Request> Review(const std::string& principal, v1::ReviewOutcome outcome) {
    v1::ReviewDecisionRequest in;
    in.set_outcome(outcome);
    in.set_explanation(kExplanation);
    return shop_.Act(principal, &Stub::ReviewDecision, in, request_);
  }

  void Respond() {
    ASSERT_THAT(
        shop_.Act("caseworker-1", &Stub::RespondToRequest, v1::RespondToRequestRequest(), request_),
        IsOk());
  }

  std::string State() { return shop_.Get(request_).state(); }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(DecisionComplaintFlowTest, AnOverturnedDecisionIsRemediedAndExplained) {
  FetchDecision("credit-model");
  EXPECT_EQ(State(), "reviewing");
  EXPECT_EQ(shop_.Get(request_, v1::REQUEST_VIEW_FULL).review().decision_record(),
            "{\"income\":12}");

  ASSERT_THAT(Review("reviewer-1", v1::REVIEW_OUTCOME_OVERTURNED), IsOk());
  EXPECT_EQ(State(), "remedying");
  shop_.Work("recommendation", [](const v1::Task& task) {
    EXPECT_EQ(task.kind(), v1::TASK_KIND_APPLY_REMEDY);
    EXPECT_EQ(task.review_outcome(), v1::REVIEW_OUTCOME_OVERTURNED);
    return v1::TaskResult();
  });
  EXPECT_EQ(State(), "ready");
  Respond();

  const v1::Request answered = shop_.Get(request_);
  EXPECT_EQ(answered.phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(answered.response().outcome(), v1::OUTCOME_FULFILLED);
  EXPECT_EQ(answered.review().reviewer(), "reviewer-1");
  EXPECT_THAT(shop_.ReadMail(request_, "response-decision"), HasSubstr(kExplanation));
}

TEST_F(DecisionComplaintFlowTest, AnUpheldDecisionNeedsNoRemedy) {
  FetchDecision("credit-model");

  ASSERT_THAT(Review("reviewer-1", v1::REVIEW_OUTCOME_UPHELD), IsOk());

  EXPECT_EQ(State(), "ready");
  EXPECT_EQ(shop_.Get(request_).progress().tasks_open(), 0);
  Respond();
  EXPECT_EQ(shop_.Get(request_).phase(), v1::PHASE_CLOSED);
}

TEST_F(DecisionComplaintFlowTest, WhoDecidedDoesNotReview) {
  FetchDecision("reviewer-1");

  const absl::Status status = Review("reviewer-1", v1::REVIEW_OUTCOME_UPHELD).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED));
  EXPECT_EQ(State(), "reviewing");
  EXPECT_EQ(shop_.Get(request_).review().outcome(), v1::REVIEW_OUTCOME_UNSPECIFIED);
}

TEST_F(DecisionComplaintFlowTest, WhoIsNoReviewerDoesNotReview) {
  FetchDecision("credit-model");

  const absl::Status status = Review("caseworker-1", v1::REVIEW_OUTCOME_UPHELD).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_EQ(State(), "reviewing");
}

TEST_F(DecisionComplaintFlowTest, ADecisionThatIsNotHeldGoesBackToTheCaseworker) {
  shop_.Work("recommendation", [](const v1::Task&) { return v1::TaskResult(); });

  EXPECT_EQ(State(), "assessing");
}

}  // namespace
}  // namespace dsr
