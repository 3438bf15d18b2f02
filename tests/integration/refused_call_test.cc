// Calls that are well-formed and yet refused, for who calls, when, or in which state: the
// documented code and reason through real gRPC, and nothing half-done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/errors.h"
#include "integration/bad_input.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Admin = v1::AdminService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;

class RefusedCallTest : public BadInputTest {};

TEST_F(RefusedCallTest, AWrongCodeIsCountedAndTellsHowManyAttemptsAreLeft) {
  shop_.Register();
  const v1::Request request = shop_.File();
  shop_.ResolveContact();
  const v1::Verification verification = shop_.AskForCode(request.name());
  const std::string code = shop_.ReadCode(request.name());
  const std::string wrong = code == "000000" ? "000001" : "000000";

  const absl::Status status = shop_.SubmitCode(verification.name(), wrong).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_CODE_WRONG));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("attempts_left"), "4");
  EXPECT_EQ(shop_.Get(request.name()).verified_level(), v1::ASSURANCE_LEVEL_UNSPECIFIED);
  EXPECT_THAT(shop_.SubmitCode(verification.name(), code), IsOk());
}

TEST_F(RefusedCallTest, AnExpiredCodeIsRefusedEvenWhenItIsRight) {
  shop_.Register();
  const v1::Request request = shop_.File();
  shop_.ResolveContact();
  const v1::Verification verification = shop_.AskForCode(request.name());
  const std::string code = shop_.ReadCode(request.name());
  server_.clock().Advance(absl::Minutes(10));

  const absl::Status status = shop_.SubmitCode(verification.name(), code).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_CODE_EXPIRED));
  EXPECT_EQ(shop_.Get(request.name()).state(), "verifying");
  EXPECT_EQ(shop_.Get(request.name()).verified_level(), v1::ASSURANCE_LEVEL_UNSPECIFIED);
}

TEST_F(RefusedCallTest, AnEtagThatIsNotTheLatestChangesNothing) {
  shop_.Register();
  const v1::Request filed = shop_.File();
  shop_.Verify(filed.name());

  const absl::Status status = shop_.Assess(filed.name(), filed.etag()).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ETAG_MISMATCH));
  const v1::Request present = shop_.Get(filed.name());
  EXPECT_EQ(present.state(), "assessing");
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("etag"), present.etag());
  EXPECT_THAT(shop_.Assess(filed.name(), present.etag()), IsOk());
}

TEST_F(RefusedCallTest, AReusedIdempotencyKeyWithOtherArgumentsIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  const v1::Request first = shop_.File(call);
  call.mutable_request()->set_channel("hotline");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED));
  EXPECT_EQ(OpenRequests(), 1);
}

TEST_F(RefusedCallTest, TheSameCallTwiceGivesTheSameAnswerAndOneRequest) {
  const v1::CreateRequestRequest call = DeletionCall();

  const v1::Request first = shop_.File(call);
  server_.Restart();
  const v1::Request second = shop_.File(call);

  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(OpenRequests(), 1);
}

TEST_F(RefusedCallTest, AnActionThatTheStateDoesNotAllowIsRefusedWithTheState) {
  const v1::Request request = shop_.File();
  v1::ConfirmPlanRequest in;
  in.set_name(request.name());
  in.set_idempotency_key(FreshKey());

  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ConfirmPlan, in).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("state"), "verifying");
  EXPECT_EQ(shop_.Get(request.name()).state(), "verifying");
  EXPECT_EQ(shop_.Get(request.name()).progress().tasks_open(), 0);
}

TEST_F(RefusedCallTest, VerificationCannotBeSkipped) {
  const v1::Request request = shop_.File();

  const absl::Status status = shop_.Assess(request.name()).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(shop_.Get(request.name()).state(), "verifying");
  EXPECT_EQ(shop_.Get(request.name()).progress().tasks_open(), 0);
}

TEST_F(RefusedCallTest, ACallWithoutATokenOrWithAnUnknownOneIsUnauthenticated) {
  absl::Status status =
      server_.Call<Admin>("", &Admin::Stub::GetStatus, v1::GetStatusRequest()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));

  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer guessed");
  v1::ServerStatus out;
  status = FromGrpc(Admin::NewStub(server_.channel())->GetStatus(&context, {}, &out));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(RefusedCallTest, ATokenWithoutTheMethodsRoleIsDenied) {
  const absl::Status status =
      server_.Call<Admin>("intake-tool", &Admin::Stub::GetStatus, v1::GetStatusRequest()).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("method"), "GetStatus");
}

TEST_F(RefusedCallTest, PersonalFieldsAreShownToThoseWhoMaySeeThemOnly) {
  const v1::Request request = shop_.File();
  EXPECT_EQ(shop_.Get(request.name()).subject_account(), "");
  EXPECT_EQ(shop_.Get(request.name(), v1::REQUEST_VIEW_FULL).subject_account(), kAccount);

  v1::GetRequestRequest in;
  in.set_name(request.name());
  in.set_view(v1::REQUEST_VIEW_FULL);
  EXPECT_THAT(server_.Call<Requests>("auditor-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

TEST_F(RefusedCallTest, ACallWithoutADeadlineIsServed) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", server_.Authorization("operator-1"));
  v1::ServerStatus out;

  EXPECT_TRUE(Admin::NewStub(server_.channel())->GetStatus(&context, {}, &out).ok());
  EXPECT_TRUE(out.dev());
}

TEST_F(RefusedCallTest, AnUnknownSubjectIsFiledLikeAnyOtherAndEndsAsNotVerified) {
  shop_.Register();
  const v1::Request known = shop_.File(DeletionCall(kAccount));
  const v1::Request unknown = shop_.File(DeletionCall("nobody-knows-me"));
  EXPECT_EQ(known.state(), unknown.state());
  EXPECT_EQ(known.phase(), unknown.phase());
  // The system finds no contact point for the second one.
  for (int i = 0; i < 2; ++i) {
    shop_.Work("profile", [](const v1::Task& task) {
      v1::TaskResult result;
      if (task.subject_account() == kAccount) {
        result.mutable_contact()->set_channel("email");
        result.mutable_contact()->set_address(kAddress);
      }
      return result;
    });
  }
  const v1::Verification asked = shop_.AskForCode(unknown.name());
  EXPECT_EQ(asked.state(), v1::Verification::STATE_PENDING);

  absl::Status last;
  for (int i = 0; i < 5; ++i) last = shop_.SubmitCode(asked.name(), "123456").status();

  EXPECT_THAT(last, ReasonIs(v1::ERROR_REASON_ATTEMPTS_EXHAUSTED));
  const v1::Request ended = shop_.Get(unknown.name());
  EXPECT_EQ(ended.phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(ended.response().outcome(), v1::OUTCOME_NOT_VERIFIED);
}

TEST_F(RefusedCallTest, AWorkerSeesAndCompletesItsOwnTasksOnly) {
  shop_.Register();
  shop_.File();
  v1::LeaseTasksRequest lease;
  const auto leased = server_.Call<Tasks>("system-profile", &Tasks::Stub::LeaseTasks, lease);
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  v1::CompleteTaskRequest complete;
  complete.set_name(leased->tasks(0).name());
  complete.set_lease_token(leased->tasks(0).lease_token());
  complete.set_idempotency_key(FreshKey());
  complete.mutable_result();

  const absl::Status status =
      server_.Call<Tasks>("system-orders", &Tasks::Stub::CompleteTask, complete).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(RefusedCallTest, ALeaseThatRanOutIsLost) {
  shop_.Register();
  shop_.File();
  const auto leased =
      server_.Call<Tasks>("system-profile", &Tasks::Stub::LeaseTasks, v1::LeaseTasksRequest());
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  server_.clock().Advance(absl::Seconds(61));
  v1::CompleteTaskRequest complete;
  complete.set_name(leased->tasks(0).name());
  complete.set_lease_token(leased->tasks(0).lease_token());
  complete.set_idempotency_key(FreshKey());
  complete.mutable_result();

  const absl::Status status =
      server_.Call<Tasks>("system-profile", &Tasks::Stub::CompleteTask, complete).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LEASE_LOST));
}

}  // namespace
}  // namespace dsr
