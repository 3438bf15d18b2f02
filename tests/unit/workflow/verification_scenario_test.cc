#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;

SubmitCode WrongCode(const VerificationId& id) { return SubmitCode{.id = id, .matched_send = 0}; }
SubmitCode CodeOfSend(const VerificationId& id, int send) {
  return SubmitCode{.id = id, .matched_send = send};
}
StartVerification Session(RequestDriver& request) {
  return StartVerification{.id = request.FreshVerification(),
                           .method = v1::VERIFICATION_METHOD_ACCOUNT_SESSION};
}
StartVerification Code(RequestDriver& request) {
  return StartVerification{.id = request.FreshVerification(),
                           .method = v1::VERIFICATION_METHOD_ONE_TIME_CODE};
}

std::vector<Event::PayloadCase> Kinds(const RequestDriver& request) {
  std::vector<Event::PayloadCase> kinds;
  for (const Event& event : request.events()) kinds.push_back(event.payload_case());
  return kinds;
}

class VerificationTest : public ::testing::Test {
 protected:
  void FileKnown() {
    request_.FileUsual();
    request_.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);
  }
  void FileUnknown() {
    request_.FileUsual();
    const v1::Task lookup = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, kProfile);
    ASSERT_THAT(request_.Complete(lookup, v1::TaskResult()), IsOk());
  }

  RequestDriver request_{"deletion"};
};

TEST_F(VerificationTest, RightCodeLetsTheRequestBeAssessed) {
  FileKnown();
  const VerificationId id = request_.AskForCode();

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), IsOk());

  EXPECT_EQ(request_.request().state(), "assessing");
  EXPECT_EQ(request_.request().verified_level(), v1::ASSURANCE_LEVEL_CONTACT);
  EXPECT_EQ(request_.LastVerification().state(), v1::Verification::STATE_PASSED);
  EXPECT_EQ(request_.LastVerification().verified_by(), Intake().name);
}

TEST_F(VerificationTest, WrongCodeCountsThoughTheCallIsRejected) {
  FileKnown();
  const VerificationId id = request_.AskForCode();

  EXPECT_THAT(request_.Do(WrongCode(id), Intake()), ReasonIs(v1::ERROR_REASON_CODE_WRONG));

  EXPECT_EQ(request_.LastVerification().attempts_left(), 4);
  EXPECT_EQ(request_.request().state(), "verifying");
  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), IsOk());
}

TEST_F(VerificationTest, FifthWrongCodeEndsTheRequestUnverifiedAndAnswersIt) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(request_.Do(WrongCode(id), Intake()), ReasonIs(v1::ERROR_REASON_CODE_WRONG));
  }

  EXPECT_THAT(request_.Do(WrongCode(id), Intake()), ReasonIs(v1::ERROR_REASON_ATTEMPTS_EXHAUSTED));

  EXPECT_EQ(request_.request().state(), "closed");
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_NOT_VERIFIED);
  EXPECT_EQ(request_.Messages("not-verified"), 1);
  EXPECT_EQ(request_.LastVerification().state(), v1::Verification::STATE_FAILED);
}

TEST_F(VerificationTest, RightCodeAfterTheLastAttemptChangesNothing) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  for (int i = 0; i < 5; ++i) (void)request_.Do(WrongCode(id), Intake());

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  EXPECT_EQ(request_.Count(Event::kVerificationPassed), 0);
}

TEST_F(VerificationTest, AnotherCodeGivesNoFurtherAttempts) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  (void)request_.Do(WrongCode(id), Intake());

  EXPECT_EQ(request_.AskForCode(), id);

  EXPECT_EQ(request_.LastVerification().attempts_left(), 4);
}

TEST_F(VerificationTest, OnlyTheLatestCodeCounts) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  ASSERT_EQ(request_.AskForCode(), id);

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), ReasonIs(v1::ERROR_REASON_CODE_WRONG));
  EXPECT_THAT(request_.Do(CodeOfSend(id, 2), Intake()), IsOk());
}

TEST_F(VerificationTest, SendsNoMoreThanFiveCodesForOneRequest) {
  FileKnown();
  for (int i = 0; i < 5; ++i) request_.AskForCode();

  EXPECT_THAT(request_.Do(Code(request_), Intake()), ReasonIs(v1::ERROR_REASON_ATTEMPTS_EXHAUSTED));

  EXPECT_EQ(request_.Messages("verification-code"), 5);
}

TEST_F(VerificationTest, CodeIsTooOldAfterTenMinutes) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  request_.Advance(absl::Minutes(10));

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), ReasonIs(v1::ERROR_REASON_CODE_EXPIRED));

  EXPECT_EQ(request_.LastVerification().attempts_left(), 5);
  EXPECT_EQ(request_.request().state(), "verifying");
}

TEST_F(VerificationTest, CodeIsGoodUntilTheLastInstantBefore) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  request_.Advance(absl::Minutes(10) - absl::Microseconds(1));

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), IsOk());
}

TEST_F(VerificationTest, CodeAskedForBeforeTheContactIsKnownIsSentOnceItIs) {
  request_.FileUsual();
  const VerificationId id = request_.AskForCode();
  ASSERT_EQ(request_.Messages("verification-code"), 0);

  request_.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);

  EXPECT_EQ(request_.Messages("verification-code"), 1);
  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), IsOk());
}

TEST_F(VerificationTest, CodeThatIsTooOldOnceTheContactIsKnownIsNotSent) {
  request_.FileUsual();
  request_.AskForCode();
  request_.Advance(absl::Minutes(10));

  request_.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);

  EXPECT_EQ(request_.Messages("verification-code"), 0);
}

TEST_F(VerificationTest, SecondSystemThatDoesNotKnowTheAccountTakesNothingBack) {
  v1::DataSystem legacy;
  legacy.set_name("systems/legacy");
  legacy.add_task_kinds(v1::TASK_KIND_RESOLVE_CONTACT);
  request_.facts().systems.push_back(legacy);
  request_.FileUsual();
  const VerificationId id = request_.AskForCode();
  const v1::Task known = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, kProfile);
  const v1::Task unknown = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, "systems/legacy");

  ASSERT_THAT(request_.Complete(known, RequestDriver::UsualResult(known)), IsOk());
  ASSERT_THAT(request_.Complete(unknown, v1::TaskResult()), IsOk());

  EXPECT_EQ(request_.Messages("verification-code"), 1);
  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), IsOk());
}

TEST_F(VerificationTest, ContactOfAnotherSystemDoesNotReplaceTheOneThatTheCodeWentTo) {
  v1::DataSystem legacy;
  legacy.set_name("systems/legacy");
  legacy.add_task_kinds(v1::TASK_KIND_RESOLVE_CONTACT);
  request_.facts().systems.push_back(legacy);
  request_.FileUsual();
  const v1::Task first = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, kProfile);
  const v1::Task other = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, "systems/legacy");
  ASSERT_THAT(request_.Complete(first, RequestDriver::UsualResult(first)), IsOk());
  const std::string proven = request_.request().contact().channel();
  ASSERT_THAT(request_.Do(CodeOfSend(request_.AskForCode(), 1), Intake()), IsOk());

  v1::TaskResult result;
  result.mutable_contact()->set_channel("pigeon");
  ASSERT_THAT(request_.Complete(other, result), IsOk());

  EXPECT_EQ(request_.request().contact().channel(), proven);
}

TEST_F(VerificationTest, UnknownAccountIsAnsweredLikeAKnownOneAndHasTheSameEvents) {
  FileUnknown();
  RequestDriver known("deletion");
  known.FileUsual();
  known.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);

  const VerificationId id = request_.AskForCode();
  const VerificationId known_id = known.AskForCode();

  EXPECT_EQ(request_.LastVerification().DebugString(), known.LastVerification().DebugString());
  EXPECT_EQ(request_.Do(WrongCode(id), Intake()), known.Do(WrongCode(known_id), Intake()));
  // The code of the unknown one finds no address (message_dispatcher_test.cc).
  EXPECT_EQ(Kinds(request_), Kinds(known));
  EXPECT_FALSE(request_.request().has_contact());
}

TEST_F(VerificationTest, CodeAskedForBeforeTheLookupIsQueuedOnceForAnUnknownAccountToo) {
  RequestDriver known("deletion");
  request_.FileUsual();
  known.FileUsual();
  request_.AskForCode();
  known.AskForCode();

  const v1::Task lookup = request_.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, kProfile);
  ASSERT_THAT(request_.Complete(lookup, v1::TaskResult()), IsOk());
  known.CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);

  EXPECT_EQ(request_.Messages("verification-code"), 1);
  EXPECT_EQ(Kinds(request_), Kinds(known));
}

TEST_F(VerificationTest, GuessedCodeOfAnUnknownAccountIsWrong) {
  FileUnknown();
  const VerificationId id = request_.AskForCode();

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), ReasonIs(v1::ERROR_REASON_CODE_WRONG));
}

TEST_F(VerificationTest, UnknownAccountEndsAsCouldNotVerifyLikeAnyOther) {
  FileUnknown();

  request_.FireTimer("verification-cutoff");

  EXPECT_EQ(request_.request().state(), "closed");
  EXPECT_EQ(request_.request().response().outcome(), v1::OUTCOME_NOT_VERIFIED);
  EXPECT_FALSE(request_.request().breached());
}

TEST_F(VerificationTest, SessionIsAssertedByToolsWithThatRoleOnly) {
  FileKnown();

  EXPECT_THAT(request_.Do(Session(request_), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_TRUE(request_.state().verifications().empty());
  EXPECT_THAT(request_.Do(Session(request_), SessionTool()), IsOk());
  EXPECT_EQ(request_.request().verified_level(), v1::ASSURANCE_LEVEL_SESSION);
}

TEST_F(VerificationTest, SessionAloneIsTooLittleWhereTheContactMustBeProven) {
  FileKnown();

  ASSERT_THAT(request_.Do(Session(request_), SessionTool()), IsOk());

  EXPECT_EQ(request_.request().state(), "verifying");
  EXPECT_THAT(request_.Do(AssessRequest(), Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_F(VerificationTest, UnlistedMethodIsRefused) {
  FileKnown();

  EXPECT_THAT(request_.Do(StartVerification{.id = request_.FreshVerification(),
                                            .method = v1::VERIFICATION_METHOD_UNSPECIFIED},
                          Intake()),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(VerificationTest, CodeOfAnotherRequestIsNotFound) {
  FileKnown();

  EXPECT_THAT(request_.Do(CodeOfSend(request_.FreshVerification(), 1), Intake()),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(VerificationTest, CodeThatComesAfterTheAnswerVerifiesNothing) {
  FileKnown();
  const VerificationId id = request_.AskForCode();
  ASSERT_THAT(request_.Do(WithdrawRequest(), Intake()), IsOk());

  EXPECT_THAT(request_.Do(CodeOfSend(id, 1), Intake()), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
  EXPECT_THAT(request_.Do(Code(request_), Intake()), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));

  EXPECT_EQ(request_.Count(Event::kVerificationPassed), 0);
}

TEST_F(VerificationTest, VerificationThatExpiredIsMissedBeforeAnythingIsErased) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));

  EXPECT_THAT(request_.Do(ConfirmPlan(), Caseworker()), ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));

  EXPECT_TRUE(request_.OpenTasks(v1::TASK_KIND_ERASE).empty());
}

TEST_F(VerificationTest, VerifyingAnewGoesOnWhereTheExpiredOneStopped) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));

  request_.Verify();

  EXPECT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  EXPECT_EQ(request_.request().state(), "erasing");
}

TEST_F(VerificationTest, ErasureDoneAfterTheVerificationExpiredIsAnsweredWithoutAnother) {
  request_.FileAndVerify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());
  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  request_.AdvanceTo(FromTimestamp(request_.LastVerification().expire_time()));

  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_TRUE(request_.request().has_response());
}

}  // namespace
}  // namespace dsr
