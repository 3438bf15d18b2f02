// That AllowedActions says what Decide does is compared at every step of every scenario, by the
// driver; here is what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

v1::AllowedAction Told(const RequestDriver& request, const Actor& actor,
                       const std::string& action) {
  for (const v1::AllowedAction& told :
       AllowedActions(request.rulebook(), request.record(), request.ContextFor(actor))) {
    if (told.action() == action) return told;
  }
  ADD_FAILURE() << action << " is not told of";
  return v1::AllowedAction();
}

std::vector<std::string> Allowed(const RequestDriver& request, const Actor& actor) {
  std::vector<std::string> allowed;
  for (const v1::AllowedAction& told :
       AllowedActions(request.rulebook(), request.record(), request.ContextFor(actor))) {
    if (told.allowed()) allowed.push_back(told.action());
  }
  return allowed;
}

TEST(AllowedActionsTest, IntakeMayVerifyAndWithdrawWhatIsFiled) {
  RequestDriver request("access");
  request.FileUsual();

  EXPECT_THAT(Allowed(request, Intake()),
              ::testing::ElementsAre("StartVerification", "WithdrawRequest"));
  EXPECT_EQ(Told(request, Intake(), "SubmitCode").reason(), "ACTION_NOT_ALLOWED");
  EXPECT_EQ(Told(request, Caseworker(), "AssessRequest").reason(), "ACTION_NOT_ALLOWED");
}

TEST(AllowedActionsTest, CaseworkerMayAssessWhatIsVerified) {
  RequestDriver request("access");
  request.FileAndVerify();

  EXPECT_THAT(Allowed(request, Caseworker()),
              ::testing::UnorderedElementsAre("AssessRequest", "ProposeRefusal", "QuoteFee",
                                              "WithdrawRequest", "AssignRequest"));
  EXPECT_EQ(Told(request, Intake(), "AssessRequest").reason(), "ROLE_MISSING");
}

TEST(AllowedActionsTest, SubmittingACodeIsAllowedWhileOneIsAwaited) {
  RequestDriver request("access");
  request.FileUsual();
  request.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);
  request.AskForCode();

  EXPECT_TRUE(Told(request, Intake(), "SubmitCode").allowed());
  request.Advance(absl::Minutes(10));
  EXPECT_EQ(Told(request, Intake(), "SubmitCode").reason(), "CODE_EXPIRED");
}

TEST(AllowedActionsTest, WhereNoMoreCodesAreSentAnotherWayOfVerifyingIsLeft) {
  RequestDriver request("access");
  request.FileUsual();
  for (int i = 0; i < 5; ++i) request.AskForCode();

  EXPECT_THAT(request.Do(StartVerification{.id = request.FreshVerification(),
                                           .method = v1::VERIFICATION_METHOD_ONE_TIME_CODE},
                         Intake()),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(Told(request, Intake(), "StartVerification").allowed());
  EXPECT_TRUE(Told(request, SessionTool(), "StartVerification").allowed());
}

TEST(AllowedActionsTest, SecondPersonIsAllowedWhatTheProposerIsNot) {
  RequestDriver request("access");
  request.FileAndVerify();
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_UNREALISTIC);
  ASSERT_THAT(request.Do(refusal, Caseworker()), IsOk());

  EXPECT_EQ(Told(request, Caseworker(), "ApproveRefusal").reason(), "SECOND_PERSON_NEEDED");
  EXPECT_TRUE(Told(request, OtherCaseworker(), "ApproveRefusal").allowed());
}

TEST(AllowedActionsTest, ExpiredVerificationIsTheReasonWhileItIs) {
  RequestDriver request("deletion");
  request.FileVerifyAndAssess();
  ASSERT_TRUE(Told(request, Caseworker(), "ConfirmPlan").allowed());

  request.Advance(absl::Hours(24 * 21));

  EXPECT_EQ(Told(request, Caseworker(), "ConfirmPlan").reason(), "NOT_VERIFIED");
}

TEST(AllowedActionsTest, WithdrawingIsTooLateOnceErasureHasBegun) {
  RequestDriver request("deletion");
  request.FileVerifyAndAssess();
  ASSERT_THAT(request.Do(ConfirmPlan(), Caseworker()), IsOk());

  EXPECT_EQ(Told(request, Intake(), "WithdrawRequest").reason(), "POINT_OF_NO_RETURN");
}

// Fraud may come to light, and a minor's file may have to be read, after the end; and of a download
// the grant decides.
bool OutlastsTheEnd(const v1::AllowedAction& told) {
  return told.action() == "RevokeVerification" || told.action() == "ApproveFileAccess" ||
         told.action() == "DownloadPackage";
}

TEST(AllowedActionsTest, NothingIsAllowedAfterTheEndAndEachSaysSo) {
  RequestDriver request("access");
  request.FileUsual();
  ASSERT_THAT(request.Do(WithdrawRequest(), Intake()), IsOk());

  for (const v1::AllowedAction& told :
       AllowedActions(request.rulebook(), request.record(), request.ContextFor(PrivacyOfficer()))) {
    EXPECT_FALSE(told.allowed()) << told.action();
    if (!OutlastsTheEnd(told)) {
      EXPECT_EQ(told.reason(), "ALREADY_ENDED") << told.action();
    }
    EXPECT_FALSE(told.explanation().empty());
  }
}

TEST(AllowedActionsTest, OnlyWhatTheWorkflowKnowsIsToldOf) {
  RequestDriver request("access");
  request.FileUsual();
  std::vector<std::string> told;
  for (const v1::AllowedAction& action :
       AllowedActions(request.rulebook(), request.record(), request.ContextFor(Visitor()))) {
    told.push_back(action.action());
  }

  EXPECT_EQ(std::count(told.begin(), told.end(), "ConfirmPlan"), 0);
  EXPECT_EQ(std::count(told.begin(), told.end(), "RespondToRequest"), 1);
}

TEST(AllowedActionsTest, WhatTheStateForbidsTellsWhereAndToWhomItIsAllowed) {
  RequestDriver request("access");
  request.FileUsual();

  const v1::AllowedAction told = Told(request, Caseworker(), "RespondToRequest");

  EXPECT_FALSE(told.allowed());
  EXPECT_THAT(told.explanation(), ::testing::HasSubstr("it is in ready"));
  EXPECT_THAT(told.roles(), ::testing::ElementsAre("caseworker", "privacy_officer"));
}

TEST(AllowedActionsTest, ThatAVerificationFailedMayBeSaidBeforeAllIsShown) {
  RequestDriver request("access");
  request.FileUsual();
  request.Start(v1::VERIFICATION_METHOD_WRITTEN_REQUEST, Intake());

  EXPECT_TRUE(Told(request, Verifier(), "DecideVerification").allowed());
  EXPECT_FALSE(Told(request, IdentityAuthority(), "DecideVerification").allowed());
}

}  // namespace
}  // namespace dsr
