// Answers that consist of what a person writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/errors.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Stub = v1::RequestService::Stub;
using ::testing::HasSubstr;

class WrittenAnswerTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  std::string FileText(absl::string_view type) {
    v1::CreateRequestRequest call = FilingCall(type);
    call.mutable_request()->mutable_text()->set_text("Where is my data kept?");
    return shop_.File(call).name();
  }

  absl::Status Respond(absl::string_view principal, const std::string& request,
                       const std::string& note) {
    v1::RespondToRequestRequest in;
    in.set_note(note);
    return shop_.Act(principal, &Stub::RespondToRequest, in, request).status();
  }

  // Answered without a note, the request must be refused for that and stay as it is.
  void ExpectNeedsNote(absl::string_view principal, const std::string& request) {
    const absl::Status status = Respond(principal, request, "");
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
    EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "note");
    EXPECT_EQ(shop_.Get(request).state(), "assessing");
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(WrittenAnswerTest, AQuestionIsNotAnsweredWithNothing) {
  const std::string request = FileText("policy-question");

  ExpectNeedsNote("caseworker-1", request);
  EXPECT_THAT(Respond("caseworker-1", request, " \n"), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  ASSERT_THAT(Respond("caseworker-1", request, "In Shanghai."), IsOk());

  EXPECT_THAT(shop_.ReadMail(request, "response-question"), HasSubstr("In Shanghai."));
}

TEST_F(WrittenAnswerTest, AnotherRightIsNotAnsweredWithNothing) {
  const std::string request = FileText("other-right");
  shop_.Verify(request);

  ExpectNeedsNote("officer-1", request);
  EXPECT_THAT(Respond("officer-1", request, "We have done so."), IsOk());
}

TEST_F(WrittenAnswerTest, AnAnswerThatSaysMoreThanTheNoteDoesWithoutIt) {
  EXPECT_THAT(Respond("caseworker-1", FileText("rules-explanation"), ""), IsOk());
}

TEST_F(WrittenAnswerTest, AComplaintThatIsRightSaysWhatIsDoneNow) {
  v1::CreateRequestRequest call = FilingCall("complaint");
  call.mutable_request()->mutable_complaint()->set_text("Nobody answered the phone.");
  const std::string complaint = shop_.File(call).name();
  v1::ReviewDecisionRequest review;
  review.set_outcome(v1::REVIEW_OUTCOME_OVERTURNED);
  review.set_explanation("The line was down.");
  const absl::Status missing =
      shop_.Act("reviewer-1", &Stub::ReviewDecision, review, complaint).status();
  EXPECT_THAT(missing, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_EQ(BadRequestOf(missing)->field_violations(0).field(), "remedy");
  review.set_remedy("A second line answers from today on.");
  review.set_remedy_request(FileText("policy-question"));
  ASSERT_THAT(shop_.Act("reviewer-1", &Stub::ReviewDecision, review, complaint), IsOk());

  ASSERT_THAT(Respond("officer-1", complaint, ""), IsOk());

  EXPECT_THAT(shop_.ReadMail(complaint, "response-complaint"),
              HasSubstr("A second line answers from today on."));
  EXPECT_EQ(shop_.Get(complaint).state(), "answered");
  ASSERT_THAT(Respond("caseworker-1", review.remedy_request(), "In Shanghai."), IsOk());
  EXPECT_EQ(shop_.Get(complaint).state(), "closed");
}

TEST_F(WrittenAnswerTest, ARefusalOfNothingButSpacesIsNone) {
  const std::string request = FileText("other-right");
  shop_.Verify(request);
  v1::ProposeRefusalRequest refusal;
  refusal.set_ground(v1::REFUSAL_GROUND_UNREALISTIC);
  refusal.set_reason(" \n\u3000");

  EXPECT_THAT(shop_.Act("caseworker-1", &Stub::ProposeRefusal, refusal, request),
              ReasonIs(v1::ERROR_REASON_GROUND_MISSING));
}

}  // namespace
}  // namespace dsr
