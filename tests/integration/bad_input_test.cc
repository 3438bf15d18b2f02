// What each kind of bad input gives through real gRPC: the documented code and reason, and nothing
// half-done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Admin = v1::AdminService;
using Notices = v1::NoticeService;
using Registry = v1::RegistryService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;
using Verifications = v1::VerificationService;

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto wrong = BadRequestOf(status);
  if (!wrong.has_value()) return fields;
  for (const auto& violation : wrong->field_violations()) fields.push_back(violation.field());
  return fields;
}

class BadInputTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Request> File(const v1::CreateRequestRequest& call) {
    return server_.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call);
  }

  int64_t OpenRequests() {
    const auto status =
        server_.Call<Admin>("operator-1", &Admin::Stub::GetStatus, v1::GetStatusRequest());
    EXPECT_THAT(status, IsOk());
    return status.ok() ? status->open_requests() : -1;
  }

  v1::BatchCreateDisclosuresRequest Disclosures(int count) {
    v1::BatchCreateDisclosuresRequest batch;
    batch.set_idempotency_key(FreshKey());
    for (int i = 0; i < count; ++i) {
      v1::Disclosure& disclosure = *batch.add_disclosures();
      disclosure.set_subject_account("a");
      disclosure.set_recipient("recipients/ad-partner");
      disclosure.add_categories("browsing");
      *disclosure.mutable_disclose_time() = ToTimestamp(server_.clock().Now());
      disclosure.set_purpose("p");
      disclosure.set_method("m");
      disclosure.set_basis("b");
    }
    return batch;
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(BadInputTest, AnUnknownTypeIsRefusedWithTheTypesThatAreKnown) {
  v1::CreateRequestRequest call = DeletionCall();
  call.mutable_request()->set_type("abolition");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_REQUEST_TYPE_UNKNOWN));
  ASSERT_TRUE(ErrorInfoOf(status).has_value());
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "dsrd");
  EXPECT_THAT(ErrorInfoOf(status)->metadata().at("known_types"), ::testing::HasSubstr("deletion"));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AllMissingFieldsAreNamedAtOnce) {
  v1::CreateRequestRequest call;
  call.set_idempotency_key(FreshKey());

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.type", "request.subject_account",
                                                     "request.requester", "request.channel"));
}

TEST_F(BadInputTest, AMissingOrMalformedIdempotencyKeyIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  call.clear_idempotency_key();
  EXPECT_THAT(File(call), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));

  for (const char* key :
       {"1", "123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400g"}) {
    call.set_idempotency_key(key);
    const absl::Status status = File(call).status();
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << key;
    EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("idempotency_key")) << key;
  }
}

TEST_F(BadInputTest, MalformedFieldsAreNamedAndTheirValuesNotRepeated) {
  v1::CreateRequestRequest call = DeletionCall();
  v1::Request& request = *call.mutable_request();
  request.set_channel("by Carrier Pigeon");
  request.set_language("tlh");
  request.mutable_requester()->set_relation(static_cast<v1::Relation>(77));
  request.mutable_requester()->mutable_reply_to()->set_channel("telegraph");
  request.mutable_received_time()->set_nanos(-1);

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(
      FieldsOf(status),
      UnorderedElementsAre("request.channel", "request.language", "request.requester.relation",
                           "request.requester.reply_to.channel", "request.received_time"));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("Pigeon")));
}

TEST_F(BadInputTest, AReceiptInTheFutureIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  *call.mutable_request()->mutable_received_time() =
      ToTimestamp(server_.clock().Now() + absl::Seconds(1));

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.received_time"));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AMalformedNameIsRefusedAndAnUnknownOneNotFound) {
  v1::GetRequestRequest in;
  in.set_name("requests/../../etc");
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  in.set_name("requests/01kjj5zzzz0000000000000000");
  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(BadInputTest, ADisclosureToAnUnknownRecipientRecordsNoneOfItsBatch) {
  shop_.Register();
  v1::BatchCreateDisclosuresRequest batch = Disclosures(2);
  batch.mutable_disclosures(1)->set_recipient("recipients/nobody");

  const absl::Status status =
      server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch)
          .status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("disclosures[1].recipient"));
  v1::ListDisclosuresRequest list;
  list.set_subject_account("a");
  const auto rows = server_.Call<Registry>("caseworker-1", &Registry::Stub::ListDisclosures, list);
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->disclosures_size(), 0);
}

TEST_F(BadInputTest, TextThatIsNotUtf8IsRefused) {
  v1::CreateRequestRequest call = DeletionCall("\xff\xfe");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AFiveMegabyteMessageIsRefused) {
  v1::CreateRequestRequest call = DeletionCall(std::string(5 << 20, 'a'));

  EXPECT_THAT(File(call), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, TenThousandListEntriesAreRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  for (int i = 0; i < 10'000; ++i) call.mutable_request()->add_categories("orders");
  absl::Status status = File(call).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LIST_TOO_LONG));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.categories"));

  status = server_
               .Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures,
                               Disclosures(10'000))
               .status();
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LIST_TOO_LONG));
}

TEST_F(BadInputTest, AThousandWrongEntriesGiveAnErrorThatFitsIntoItsHeader) {
  shop_.Register();
  v1::BatchCreateDisclosuresRequest batch = Disclosures(1000);
  for (v1::Disclosure& disclosure : *batch.mutable_disclosures()) disclosure.clear_purpose();

  const absl::Status status =
      server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch)
          .status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(FieldsOf(status), Contains("disclosures[0].purpose"));
}

TEST_F(BadInputTest, AWrongCodeIsCountedAndTellsHowManyAttemptsAreLeft) {
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

TEST_F(BadInputTest, AnExpiredCodeIsRefusedEvenWhenItIsRight) {
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
}

TEST_F(BadInputTest, AnEtagThatIsNotTheLatestChangesNothing) {
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

TEST_F(BadInputTest, AReusedIdempotencyKeyWithOtherArgumentsIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  const v1::Request first = shop_.File(call);
  call.mutable_request()->set_channel("hotline");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED));
  EXPECT_EQ(OpenRequests(), 1);
}

TEST_F(BadInputTest, TheSameCallTwiceGivesTheSameAnswerAndOneRequest) {
  const v1::CreateRequestRequest call = DeletionCall();

  const v1::Request first = shop_.File(call);
  server_.Restart();
  const v1::Request second = shop_.File(call);

  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(OpenRequests(), 1);
}

TEST_F(BadInputTest, AnActionThatTheStateDoesNotAllowIsRefusedWithTheState) {
  const v1::Request request = shop_.File();
  v1::ConfirmPlanRequest in;
  in.set_name(request.name());
  in.set_idempotency_key(FreshKey());

  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ConfirmPlan, in).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(shop_.Get(request.name()).state(), "verifying");
}

TEST_F(BadInputTest, VerificationCannotBeSkipped) {
  const v1::Request request = shop_.File();

  const absl::Status status = shop_.Assess(request.name()).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(shop_.Get(request.name()).state(), "verifying");
}

TEST_F(BadInputTest, APageTokenOfAnotherQueryIsRefused) {
  for (int i = 0; i < 3; ++i) shop_.File(DeletionCall());
  v1::ListRequestsRequest in;
  in.set_page_size(2);
  in.set_type("deletion");
  const auto first = server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->requests_size(), 2);
  in.set_page_token(first->next_page_token());

  in.set_type("access");
  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));

  in.set_type("deletion");
  const auto second = server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->requests_size(), 1);
  EXPECT_THAT(second->next_page_token(), IsEmpty());
}

TEST_F(BadInputTest, ANegativePageSizeIsRefused) {
  v1::ListRequestsRequest in;
  in.set_page_size(-1);

  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("page_size"));
}

TEST_F(BadInputTest, ACallWithoutATokenOrWithAnUnknownOneIsUnauthenticated) {
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

TEST_F(BadInputTest, ATokenWithoutTheMethodsRoleIsDenied) {
  const absl::Status status =
      server_.Call<Admin>("intake-tool", &Admin::Stub::GetStatus, v1::GetStatusRequest()).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("method"), "GetStatus");
}

TEST_F(BadInputTest, PersonalFieldsAreShownToThoseWhoMaySeeThemOnly) {
  const v1::Request request = shop_.File();
  EXPECT_EQ(shop_.Get(request.name()).subject_account(), "");
  EXPECT_EQ(shop_.Get(request.name(), v1::REQUEST_VIEW_FULL).subject_account(), kAccount);

  v1::GetRequestRequest in;
  in.set_name(request.name());
  in.set_view(v1::REQUEST_VIEW_FULL);
  EXPECT_THAT(server_.Call<Requests>("auditor-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

TEST_F(BadInputTest, ACallWithoutADeadlineIsServed) {
  grpc::ClientContext context;
  context.AddMetadata("authorization", server_.Authorization("operator-1"));
  v1::ServerStatus out;

  EXPECT_TRUE(Admin::NewStub(server_.channel())->GetStatus(&context, {}, &out).ok());
  EXPECT_TRUE(out.dev());
}

TEST_F(BadInputTest, AnUnknownSubjectIsFiledLikeAnyOtherAndEndsAsNotVerified) {
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

TEST_F(BadInputTest, AWorkerSeesAndCompletesItsOwnTasksOnly) {
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

TEST_F(BadInputTest, ALeaseThatRanOutIsLost) {
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
