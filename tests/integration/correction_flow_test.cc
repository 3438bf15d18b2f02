// A correction from filing to the recipients' confirmation, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

using Stub = v1::RequestService::Stub;

v1::DecideFieldRequest Decision(int index, v1::FieldDecision decision,
                                const std::string& reason = "") {
  v1::DecideFieldRequest in;
  in.set_index(index);
  in.set_decision(decision);
  in.set_reason(reason);
  return in;
}

class CorrectionFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.RegisterSystem("profile", {"account", "addresses"},
                         {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_CORRECT});
    shop_.RegisterRecipient("logistics", "addresses");
    shop_.RegisterRecipient("ad-partner", "browsing");
    v1::CreateRequestRequest call = FilingCall("correction");
    AddField(call, "addresses", "street", "Old Street 1", "New Street 2");
    AddField(call, "account", "birthday", "1990-01-01", "2090-01-01");
    request_ = shop_.File(call).name();
    shop_.Verify(request_);
  }

  static void AddField(v1::CreateRequestRequest& call, const char* category, const char* field,
                       const char* present, const char* proposed) {
    v1::FieldCorrection& correction = *call.mutable_request()->mutable_correction()->add_fields();
    correction.set_category(category);
    correction.set_field(field);
    correction.set_present_value(present);
    correction.set_proposed_value(proposed);
  }

  absl::StatusOr<v1::Request> Decide(const v1::DecideFieldRequest& in) {
    return shop_.Act("caseworker-1", &Stub::DecideField, in, request_);
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(CorrectionFlowTest, AppliesWhatIsAcceptedTellsWhoGotItAndAnswers) {
  ASSERT_THAT(Decide(Decision(0, v1::FIELD_DECISION_ACCEPTED)), IsOk());
  ASSERT_THAT(Decide(Decision(1, v1::FIELD_DECISION_REJECTED, "The date is in the future.")),
              IsOk());
  ASSERT_THAT(shop_.Assess(request_), IsOk());

  shop_.Work("profile", [](const v1::Task& task) {
    EXPECT_EQ(task.kind(), v1::TASK_KIND_CORRECT);
    EXPECT_EQ(task.subject_account(), kAccount);
    EXPECT_EQ(task.corrections_size(), 1) << "a rejected field must reach no system";
    EXPECT_EQ(task.corrections(0).field(), "street");
    EXPECT_EQ(task.corrections(0).proposed_value(), "New Street 2");
    return RecordsOf("addresses", 1);
  });

  EXPECT_EQ(shop_.Get(request_).state(), "ready");
  const std::vector<v1::Notice> notices = shop_.PullNotices("logistics");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].kind(), v1::NOTICE_KIND_CORRECT);
  ASSERT_EQ(notices[0].corrections_size(), 1);
  EXPECT_EQ(notices[0].corrections(0).value(), "New Street 2");
  EXPECT_TRUE(shop_.PullNotices("ad-partner").empty()) << "it never got the old value";

  ASSERT_THAT(
      shop_.Act("caseworker-1", &Stub::RespondToRequest, v1::RespondToRequestRequest(), request_),
      IsOk());
  EXPECT_EQ(shop_.Get(request_).response().outcome(), v1::OUTCOME_PARTLY_FULFILLED);
  EXPECT_EQ(shop_.Get(request_).state(), "answered");
  EXPECT_THAT(shop_.ReadMail(request_, "response-correction"),
              HasSubstr("The date is in the future."));

  shop_.EndNotice("logistics", notices[0].name());
  EXPECT_EQ(shop_.Get(request_).phase(), v1::PHASE_CLOSED);
}

TEST_F(CorrectionFlowTest, NothingIsAppliedBeforeEveryFieldIsDecided) {
  ASSERT_THAT(Decide(Decision(0, v1::FIELD_DECISION_ACCEPTED)), IsOk());

  const absl::Status status = shop_.Assess(request_).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(shop_.Get(request_).state(), "assessing");
  EXPECT_EQ(shop_.Get(request_).progress().tasks_open(), 0);
}

TEST_F(CorrectionFlowTest, ARejectionNeedsItsReasonAndAFieldThatExists) {
  EXPECT_THAT(Decide(Decision(0, v1::FIELD_DECISION_REJECTED)),
              ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(Decide(Decision(2, v1::FIELD_DECISION_ACCEPTED)),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  const v1::Request present = shop_.Get(request_);
  for (const v1::FieldCorrection& field : present.correction().fields()) {
    EXPECT_EQ(field.decision(), v1::FIELD_DECISION_UNSPECIFIED);
  }
}

}  // namespace
}  // namespace dsr
