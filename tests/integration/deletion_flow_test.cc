// A deletion from filing to its end, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

using Audit = v1::AuditService;
using Notices = v1::NoticeService;
using Reports = v1::ReportService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;

class DeletionFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    request_ = shop_.File().name();
  }

  v1::Request Confirm() {
    v1::ConfirmPlanRequest in;
    in.set_name(request_);
    in.set_idempotency_key(FreshKey());
    const auto confirmed = server_.Call<Requests>("caseworker-1", &Requests::Stub::ConfirmPlan, in);
    EXPECT_THAT(confirmed, IsOk());
    return confirmed.ok() ? *confirmed : v1::Request();
  }

  void Erase() {
    shop_.Work("browsing", [](const v1::Task& task) {
      EXPECT_EQ(task.kind(), v1::TASK_KIND_ERASE);
      EXPECT_EQ(task.subject_account(), kAccount);
      v1::TaskResult result;
      v1::CategoryResult& category = *result.add_categories();
      category.set_category("browsing");
      category.set_records(42);
      return result;
    });
  }

  std::vector<v1::Notice> Pull() {
    const auto pulled = server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::PullNotices,
                                              v1::PullNoticesRequest());
    EXPECT_THAT(pulled, IsOk());
    if (!pulled.ok()) return {};
    return {pulled->notices().begin(), pulled->notices().end()};
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(DeletionFlowTest, ErasesTellsTheRecipientAnswersAndEnds) {
  shop_.Verify(request_);
  const auto planned = shop_.Assess(request_);
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->state(), "planned");
  ASSERT_EQ(planned->plan().items_size(), 1);
  EXPECT_EQ(planned->plan().items(0).system(), "systems/browsing");

  EXPECT_EQ(Confirm().state(), "erasing");
  Erase();

  v1::Request request = shop_.Get(request_);
  EXPECT_EQ(request.phase(), v1::PHASE_FOLLOW_UP);
  EXPECT_EQ(request.response().outcome(), v1::OUTCOME_FULFILLED);
  ASSERT_EQ(request.outcomes_size(), 1);
  EXPECT_EQ(request.outcomes(0).disposition(), v1::DISPOSITION_ERASED);
  EXPECT_EQ(request.outcomes(0).records(), 42);

  const std::vector<v1::Notice> notices = Pull();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].state(), v1::Notice::STATE_SENT);
  EXPECT_THAT(notices[0].subject_references(), ElementsAre(kReference));
  v1::AcknowledgeNoticeRequest acknowledge;
  acknowledge.set_name(notices[0].name());
  acknowledge.set_idempotency_key(FreshKey());
  ASSERT_THAT(
      server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::AcknowledgeNotice, acknowledge),
      IsOk());
  v1::CompleteNoticeRequest complete;
  complete.set_name(notices[0].name());
  complete.set_idempotency_key(FreshKey());
  complete.set_records(3);
  ASSERT_THAT(
      server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::CompleteNotice, complete),
      IsOk());

  request = shop_.Get(request_);
  EXPECT_EQ(request.phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request.progress().notices_outstanding(), 0);
  EXPECT_THAT(Pull(), IsEmpty());
}

TEST_F(DeletionFlowTest, GoesOnWhereItWasAfterARestart) {
  shop_.Verify(request_);
  ASSERT_THAT(shop_.Assess(request_), IsOk());
  Confirm();

  server_.Restart();
  Erase();

  EXPECT_EQ(shop_.Get(request_).response().outcome(), v1::OUTCOME_FULFILLED);
}

TEST_F(DeletionFlowTest, AnEndedTaskOrNoticeIsNotEndedAgain) {
  shop_.Verify(request_);
  ASSERT_THAT(shop_.Assess(request_), IsOk());
  Confirm();
  const auto leased =
      server_.Call<Tasks>("system-browsing", &Tasks::Stub::LeaseTasks, v1::LeaseTasksRequest());
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  v1::CompleteTaskRequest complete;
  complete.set_name(leased->tasks(0).name());
  complete.set_lease_token(leased->tasks(0).lease_token());
  complete.mutable_result();
  complete.set_idempotency_key(FreshKey());
  ASSERT_THAT(server_.Call<Tasks>("system-browsing", &Tasks::Stub::CompleteTask, complete), IsOk());

  complete.set_idempotency_key(FreshKey());
  EXPECT_THAT(server_.Call<Tasks>("system-browsing", &Tasks::Stub::CompleteTask, complete),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(DeletionFlowTest, TheHistoryTellsEveryStepAndNothingPersonal) {
  shop_.Verify(request_);
  v1::ListRequestEventsRequest in;
  in.set_parent(request_);

  const auto events = server_.Call<Requests>("auditor-1", &Requests::Stub::ListRequestEvents, in);

  ASSERT_THAT(events, IsOk());
  std::vector<std::string> kinds;
  for (const v1::RequestEvent& event : events->events()) kinds.push_back(event.kind());
  EXPECT_THAT(kinds, Contains("request_filed"));
  EXPECT_THAT(kinds, Contains("verification_passed"));
  EXPECT_THAT(kinds, Contains("state_changed"));
  const std::string text = events->SerializeAsString();
  EXPECT_THAT(text, Not(::testing::HasSubstr(kAccount)));
  EXPECT_THAT(text, Not(::testing::HasSubstr(kAddress)));
}

TEST_F(DeletionFlowTest, TheLogIsIntactAndPagesThroughAllItsLeaves) {
  shop_.Verify(request_);

  const auto verified =
      server_.Call<Audit>("auditor-1", &Audit::Stub::VerifyLog, v1::VerifyLogRequest());
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->intact());

  v1::ListAuditEventsRequest in;
  in.set_page_size(3);
  int64_t next = 0;
  do {
    const auto page = server_.Call<Audit>("auditor-1", &Audit::Stub::ListAuditEvents, in);
    ASSERT_THAT(page, IsOk());
    for (const v1::AuditEvent& event : page->audit_events()) EXPECT_EQ(event.index(), next++);
    in.set_page_token(page->next_page_token());
  } while (!in.page_token().empty());
  EXPECT_EQ(next, verified->size());
}

TEST_F(DeletionFlowTest, AllowedActionsAgreeWithWhatIsRefused) {
  v1::ListAllowedActionsRequest in;
  in.set_name(request_);

  const auto actions =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListAllowedActions, in);

  ASSERT_THAT(actions, IsOk());
  bool has_assess = false;
  for (const v1::AllowedAction& action : actions->actions()) {
    if (action.action() != "AssessRequest") continue;
    has_assess = true;
    EXPECT_FALSE(action.allowed());
    EXPECT_EQ(action.reason(), ErrorReasonName(ReasonOf(shop_.Assess(request_).status())));
  }
  EXPECT_TRUE(has_assess);
}

TEST_F(DeletionFlowTest, AWatcherSeesEachChangeOnceAndResumes) {
  // The last that happens to the first request by itself.
  shop_.ReadMail(request_, "request-received");
  const auto stub = Requests::NewStub(server_.channel());
  std::string token;
  {
    grpc::ClientContext context;
    server_.Prepare(context, "caseworker-1");
    const auto stream = stub->WatchRequests(&context, v1::WatchRequestsRequest());
    v1::WatchRequestsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_FALSE(response.has_request());
    token = response.resume_token();
    const std::string other = shop_.File(DeletionCall("account-2")).name();
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.request().name(), other);
    context.TryCancel();
    stream->Finish();
  }

  // The same again from the token, and nothing that was before it.
  grpc::ClientContext context;
  server_.Prepare(context, "caseworker-1");
  v1::WatchRequestsRequest in;
  in.set_resume_token(token);
  const auto stream = stub->WatchRequests(&context, in);
  v1::WatchRequestsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_NE(response.request().name(), request_);
  EXPECT_EQ(response.request().type(), "deletion");
  context.TryCancel();
  stream->Finish();
}

TEST_F(DeletionFlowTest, ARequestPassesItsDeadlineAndTheReportSaysSo) {
  shop_.Verify(request_);
  server_.clock().Advance(absl::Hours(24 * 16));

  // Whoever touches the request finds its overdue timers fired.
  v1::AssignRequestRequest assign;
  assign.set_name(request_);
  assign.set_idempotency_key(FreshKey());
  assign.set_assignee("caseworker-2");
  ASSERT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::AssignRequest, assign),
              IsOk());

  EXPECT_TRUE(shop_.Get(request_).breached());
  v1::GetSlaReportRequest in;
  in.set_include_requests(true);
  const auto report = server_.Call<Reports>("auditor-1", &Reports::Stub::GetSlaReport, in);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->total().breached(), 1);
  EXPECT_EQ(report->total().overdue(), 1);
  ASSERT_EQ(report->lines_size(), 1);
  EXPECT_EQ(report->lines(0).request(), request_);
}

}  // namespace
}  // namespace dsr
