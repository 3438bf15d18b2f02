// Work queues, hand-over, absence and the live stream, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "dsr/v1/staff_service.grpc.pb.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Requests = v1::RequestService;
using Staff = v1::StaffService;

class QueueTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  std::string FileFrom(absl::string_view type, absl::string_view channel,
                       absl::string_view region) {
    v1::CreateRequestRequest call = FilingCall(type);
    call.mutable_request()->set_channel(std::string(channel));
    call.mutable_request()->set_region(std::string(region));
    if (type == "policy-question")
      call.mutable_request()->mutable_text()->set_text("Why is it so? " + FreshKey());
    const std::string name = shop_.File(call).name();
    server_.clock().Advance(absl::Hours(24));
    return name;
  }

  v1::ListQueueResponse Queue(const v1::ListQueueRequest& in,
                              absl::string_view principal = "caseworker-1") {
    const auto page = server_.Call<Requests>(principal, &Requests::Stub::ListQueue, in);
    EXPECT_THAT(page, IsOk());
    return page.ok() ? *page : v1::ListQueueResponse();
  }

  std::vector<std::string> Names(const v1::ListQueueRequest& in,
                                 absl::string_view principal = "caseworker-1") {
    std::vector<std::string> names;
    const v1::ListQueueResponse page = Queue(in, principal);
    for (const v1::QueueItem& item : page.items()) names.push_back(item.request().name());
    return names;
  }

  absl::Status Assign(const std::string& request, const std::string& assignee) {
    v1::AssignRequestRequest in;
    in.set_assignee(assignee);
    return shop_.Act("caseworker-1", &Requests::Stub::AssignRequest, in, request).status();
  }

  absl::Status SetAbsence(absl::string_view caller, const std::string& principal,
                          const std::string& deputy) {
    v1::SetAbsenceRequest in;
    in.set_idempotency_key(FreshKey());
    in.mutable_absence()->set_principal(principal);
    in.mutable_absence()->set_deputy(deputy);
    *in.mutable_absence()->mutable_end_time() =
        ToTimestamp(server_.clock().Now() + absl::Hours(72));
    return server_.Call<Staff>(caller, &Staff::Stub::SetAbsence, in).status();
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(QueueTest, IsOrderedByDueTimeAndTellsWhoseTurnItIs) {
  const std::string first = FileFrom("access", "app", "");
  const std::string second = FileFrom("policy-question", "hotline", "CN-33");

  const v1::ListQueueResponse queue = Queue({});

  ASSERT_THAT(queue.items(), SizeIs(2));
  EXPECT_EQ(queue.items(0).request().name(), first);
  EXPECT_EQ(queue.items(0).waits_for(), v1::WAITS_FOR_REQUESTER);
  EXPECT_EQ(queue.items(0).urgency(), v1::URGENCY_NORMAL);
  EXPECT_EQ(queue.items(1).request().name(), second);
  EXPECT_EQ(queue.items(1).waits_for(), v1::WAITS_FOR_STAFF);
  EXPECT_EQ(queue.items(1).next_action(), "RespondToRequest");
  EXPECT_THAT(queue.items(1).next_roles(), ::testing::Contains("caseworker"));
}

TEST_F(QueueTest, IsFilteredByWhereARequestCameFromAndWhoseWorkItIs) {
  const std::string app = FileFrom("access", "app", "DE-BY");
  const std::string hotline = FileFrom("policy-question", "hotline", "CN");
  ASSERT_THAT(Assign(app, "caseworker-2"), IsOk());
  v1::ListQueueRequest in;

  in.set_channel("hotline");
  EXPECT_THAT(Names(in), ElementsAre(hotline));
  in.Clear();
  in.set_region("DE");
  EXPECT_THAT(Names(in), ElementsAre(app));
  in.set_region("DE-B");
  EXPECT_THAT(Names(in), IsEmpty());
  in.Clear();
  in.set_team("personal-information-protection");
  EXPECT_THAT(Names(in), ElementsAre(hotline));
  in.Clear();
  in.set_unassigned(true);
  EXPECT_THAT(Names(in), ElementsAre(hotline));
  in.Clear();
  in.set_assignee("caseworker-2");
  EXPECT_THAT(Names(in), ElementsAre(app));
  in.Clear();
  in.set_phase(v1::PHASE_VERIFICATION);
  EXPECT_THAT(Names(in), ElementsAre(app));
  in.Clear();
  in.set_role("caseworker");
  EXPECT_THAT(Names(in), ElementsAre(hotline));
}

TEST_F(QueueTest, GoesOnFromPageToPageWithoutLosingOrRepeatingOne) {
  std::vector<std::string> filed;
  for (int i = 0; i < 5; ++i) filed.push_back(FileFrom("policy-question", "app", ""));
  v1::ListQueueRequest in;
  in.set_role("caseworker");
  in.set_page_size(2);

  std::vector<std::string> seen;
  for (int page = 0; page < 10; ++page) {
    const v1::ListQueueResponse answer = Queue(in);
    for (const v1::QueueItem& item : answer.items()) seen.push_back(item.request().name());
    if (answer.next_page_token().empty()) break;
    in.set_page_token(answer.next_page_token());
  }

  EXPECT_EQ(seen, filed);
}

TEST_F(QueueTest, WhatIsEscalatedIsTheWorkOfThatRole) {
  const std::string request = FileFrom("access", "app", "");
  shop_.Verify(request);
  server_.clock().Advance(absl::Hours(24 * 13));
  // A command of anybody lets the request's own timers fire first.
  ASSERT_THAT(Assign(request, "caseworker-2"), IsOk());
  v1::ListQueueRequest in;
  in.set_role("reviewer");

  const v1::ListQueueResponse queue = Queue(in);

  ASSERT_THAT(queue.items(), SizeIs(1));
  EXPECT_EQ(queue.items(0).request().escalation_role(), "reviewer");
  EXPECT_EQ(queue.items(0).urgency(), v1::URGENCY_PRESSING);
}

TEST_F(QueueTest, ADeputySeesWhatAnAbsentColleagueWorksOnAndNothingNewIsAssignedToThatOne) {
  const std::string request = FileFrom("access", "app", "");
  ASSERT_THAT(Assign(request, "caseworker-2"), IsOk());
  ASSERT_THAT(SetAbsence("caseworker-2", "caseworker-2", "caseworker-1"), IsOk());
  v1::ListQueueRequest in;
  in.set_mine(true);

  const v1::ListQueueResponse mine = Queue(in, "caseworker-1");
  const absl::Status assigned = Assign(request, "caseworker-2");

  ASSERT_THAT(mine.items(), SizeIs(1));
  EXPECT_EQ(mine.items(0).deputy(), "caseworker-1");
  EXPECT_THAT(assigned, ReasonIs(v1::ERROR_REASON_ASSIGNEE_ABSENT));
  EXPECT_THAT(std::string(assigned.message()), HasSubstr("caseworker-1 stands in"));
  server_.clock().Advance(absl::Hours(72));
  EXPECT_THAT(Names(in, "caseworker-1"), IsEmpty());
  EXPECT_THAT(Names(in, "caseworker-2"), ElementsAre(request));
}

TEST_F(QueueTest, ACallThatIsRepeatedGetsTheAnswerItGotFirstWhoeverIsAbsentSince) {
  const std::string request = FileFrom("access", "app", "");
  v1::AssignRequestRequest in;
  in.set_name(request);
  in.set_idempotency_key(FreshKey());
  in.set_assignee("caseworker-2");
  ASSERT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::AssignRequest, in), IsOk());
  ASSERT_THAT(SetAbsence("officer-1", "caseworker-2", ""), IsOk());

  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::AssignRequest, in), IsOk());
}

TEST_F(QueueTest, WorkIsNotGivenToWhoeverIsKnownNotToWorkOnRequests) {
  const std::string request = FileFrom("access", "app", "");

  EXPECT_THAT(Assign(request, "system-orders"), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(Assign(request, "somebody-of-another-tool"), IsOk());
}

TEST_F(QueueTest, ADeputyWhoIsAbsentTooIsNotNamed) {
  const std::string request = FileFrom("access", "app", "");
  ASSERT_THAT(SetAbsence("officer-1", "caseworker-2", "caseworker-1"), IsOk());
  ASSERT_THAT(SetAbsence("officer-1", "caseworker-1", "children-1"), IsOk());

  EXPECT_THAT(std::string(Assign(request, "caseworker-2").message()),
              HasSubstr("children-1 stands in"));
}

TEST_F(QueueTest, AnAbsenceIsOnesOwnUnlessAPrivacyOfficerRecordsIt) {
  EXPECT_THAT(SetAbsence("caseworker-1", "caseworker-2", ""),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(SetAbsence("officer-1", "caseworker-2", ""), IsOk());
  EXPECT_THAT(SetAbsence("officer-1", "caseworker-2", "caseworker-2"),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(QueueTest, AHandOverTellsTheNextWhatToKnow) {
  const std::string request = FileFrom("access", "app", "");
  shop_.Verify(request);
  ASSERT_THAT(Assign(request, "caseworker-1"), IsOk());
  v1::HandOverRequestRequest in;
  in.set_assignee("caseworker-2");
  in.set_note("She calls on Friday.");

  ASSERT_THAT(shop_.Act("caseworker-1", &Requests::Stub::HandOverRequest, in, request), IsOk());

  const v1::Request full = shop_.Get(request, v1::REQUEST_VIEW_FULL);
  EXPECT_EQ(full.assignee(), "caseworker-2");
  ASSERT_THAT(full.notes(), SizeIs(1));
  EXPECT_EQ(full.notes(0).action(), "HandOverRequest");
  EXPECT_EQ(full.notes(0).text(), "She calls on Friday.");
}

TEST_F(QueueTest, AnExtensionThatTheProfileDoesNotKnowIsRefusedWithTheReason) {
  const std::string request = FileFrom("access", "app", "");
  v1::ExtendDeadlineRequest in;
  in.set_reason("Many requests.");

  const auto extended = shop_.Act("officer-1", &Requests::Stub::ExtendDeadline, in, request);

  EXPECT_THAT(extended, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_THAT(std::string(extended.status().message()), HasSubstr("knows no extension"));
}

TEST_F(QueueTest, AFilterByWhatThereIsNotIsRefusedWithWhatThereIs) {
  v1::ListQueueRequest queue;
  queue.set_type("deletoin");
  const auto refused = server_.Call<Requests>("caseworker-1", &Requests::Stub::ListQueue, queue);
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("copy, "));
  const dsrctl::RunResult table = dsrctl::RunDsrctlForTest(
      {"queue", "--type", "deletoin", "--server", server_.address(), "--token-file",
       server_.data_dir() + "/dev/tokens/caseworker-1.token"});
  EXPECT_EQ(table.code, dsrctl::ExitCode::kUsage);
  EXPECT_EQ(table.out, "");
  v1::ListRequestsRequest list;
  list.set_type("deletoin");
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, list),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  list.set_type("deletion");
  list.set_region("Zhejiang");
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, list),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(QueueTest, AWatcherThatWasAwayGetsWhatItMissedOfItsTeamOnly) {
  v1::WatchRequestsRequest in;
  in.set_team("personal-information-protection");
  const auto stub = Requests::NewStub(server_.channel());
  v1::WatchRequestsResponse answer;
  {
    grpc::ClientContext context;
    server_.Prepare(context, "caseworker-1");
    const auto stream = stub->WatchRequests(&context, in);
    ASSERT_TRUE(stream->Read(&answer));
    context.TryCancel();
  }
  FileFrom("access", "app", "");
  const std::string question = FileFrom("policy-question", "app", "");
  in.set_resume_token(answer.resume_token());

  grpc::ClientContext context;
  server_.Prepare(context, "caseworker-1");
  const auto stream = stub->WatchRequests(&context, in);
  std::vector<std::string> seen;
  while (seen.empty() && stream->Read(&answer)) {
    if (answer.has_request()) seen.push_back(answer.request().name());
  }
  context.TryCancel();

  EXPECT_THAT(seen, ElementsAre(question));
}

TEST_F(QueueTest, AWatcherIsToldOfWhatItsPrincipalHasNoMore) {
  const std::string mine = FileFrom("access", "app", "");
  const std::string others = FileFrom("policy-question", "app", "");
  v1::WatchRequestsRequest in;
  in.set_assignee("caseworker-1");
  in.set_type("access");
  grpc::ClientContext context;
  server_.Prepare(context, "caseworker-1");
  const auto stub = Requests::NewStub(server_.channel());
  const auto stream = stub->WatchRequests(&context, in);
  v1::WatchRequestsResponse answer;
  ASSERT_TRUE(stream->Read(&answer));

  ASSERT_THAT(Assign(others, "caseworker-1"), IsOk());
  ASSERT_THAT(Assign(others, "caseworker-2"), IsOk());
  ASSERT_THAT(Assign(mine, "caseworker-1"), IsOk());
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.request().name(), mine);
  EXPECT_FALSE(answer.left());
  ASSERT_THAT(Assign(mine, "caseworker-2"), IsOk());
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.request().name(), mine);
  EXPECT_EQ(answer.request().assignee(), "caseworker-2");
  EXPECT_TRUE(answer.left());
  // From then on it is none of its business.
  ASSERT_THAT(Assign(mine, "caseworker-3"), IsOk());
  ASSERT_THAT(Assign(mine, "caseworker-1"), IsOk());
  ASSERT_TRUE(stream->Read(&answer));
  context.TryCancel();

  EXPECT_EQ(answer.request().assignee(), "caseworker-1");
  EXPECT_FALSE(answer.left());
}

TEST_F(QueueTest, DsrctlShowsTheQueueWithTimeLeftAndTheNextAction) {
  const std::string question = FileFrom("policy-question", "app", "");

  const dsrctl::RunResult table =
      dsrctl::RunDsrctlForTest({"queue", "--server", server_.address(), "--token-file",
                                server_.data_dir() + "/dev/tokens/caseworker-1.token"});

  EXPECT_EQ(table.code, dsrctl::ExitCode::kOk);
  EXPECT_THAT(table.out, HasSubstr("RespondToRequest (caseworker"));
  EXPECT_THAT(table.out, HasSubstr("14 d "));
  EXPECT_THAT(table.out, HasSubstr("personal-information-protection"));
  EXPECT_THAT(table.out, HasSubstr(question.substr(question.rfind('/') + 1)));
}

TEST_F(QueueTest, DsrctlDrawsATimelineAsTextAndAsSvg) {
  const std::string question = FileFrom("policy-question", "app", "");
  const std::vector<std::string> flags = {"request",
                                          "timeline",
                                          question,
                                          "--server",
                                          server_.address(),
                                          "--token-file",
                                          server_.data_dir() + "/dev/tokens/auditor-1.token"};
  std::vector<std::string> as_svg = flags;
  as_svg.insert(as_svg.end(), {"-o", "svg"});

  const dsrctl::RunResult text = dsrctl::RunDsrctlForTest(flags);
  const dsrctl::RunResult svg = dsrctl::RunDsrctlForTest(as_svg);

  EXPECT_EQ(text.code, dsrctl::ExitCode::kOk) << text.err;
  EXPECT_THAT(text.out, HasSubstr("policy-question request"));
  EXPECT_THAT(text.out, HasSubstr("due 2026-03-18 00:00"));
  EXPECT_EQ(svg.code, dsrctl::ExitCode::kOk) << svg.err;
  EXPECT_THAT(svg.out, ::testing::StartsWith("<?xml"));
}

}  // namespace
}  // namespace dsr
