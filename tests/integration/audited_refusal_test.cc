// Every refused or failed attempt is a leaf of the audit log: one test for each kind, through real
// gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "integration/bad_input.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Admin = v1::AdminService;
using Audit = v1::AuditService;
using Registry = v1::RegistryService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;

constexpr char kNoRequest[] = "requests/01jd2m8q7r5v9x3c6b4n1k0wte";
// What is written behind a call is looked for by further calls, so often at most.
constexpr int kMostReads = 20'000;

class AuditedRefusalTest : public BadInputTest {
 protected:
  // The leaves of that actor, oldest first.
  std::vector<v1::AuditEvent> LeavesOf(absl::string_view actor) {
    std::vector<v1::AuditEvent> leaves;
    v1::ListAuditEventsRequest in;
    in.set_page_size(1000);
    do {
      const auto page = server_.Call<Audit>("officer-1", &Audit::Stub::ListAuditEvents, in);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::AuditEvent& event : page->audit_events()) {
        if (event.actor() == actor) leaves.push_back(event);
      }
      in.set_page_token(page->next_page_token());
    } while (!in.page_token().empty());
    return leaves;
  }

  // The caller's last leaf is this refusal; there is none that is younger.
  void ExpectRefusal(absl::string_view actor, const std::string& reason, const std::string& about) {
    const std::vector<v1::AuditEvent> leaves = LeavesOf(actor);
    ASSERT_THAT(leaves, Not(IsEmpty()));
    EXPECT_EQ(leaves.back().kind(), "call_refused");
    EXPECT_EQ(leaves.back().reason(), reason);
    EXPECT_EQ(leaves.back().about(), about);
  }

  void TearDown() override {
    const auto verified =
        server_.Call<Audit>("officer-1", &Audit::Stub::VerifyLog, v1::VerifyLogRequest());
    ASSERT_THAT(verified, IsOk());
    EXPECT_TRUE(verified->intact()) << verified->ShortDebugString();
  }
};

TEST_F(AuditedRefusalTest, CallsWithoutAKnownTokenAreCountedAndWrittenOnceAMinute) {
  const auto call = [this] {
    EXPECT_THAT(server_.Call<Admin>("", &Admin::Stub::GetStatus, v1::GetStatusRequest()),
                ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  };
  for (int i = 0; i < 3; ++i) call();
  server_.clock().Advance(absl::Minutes(1));
  call();

  std::vector<v1::AuditEvent> leaves;
  for (int read = 0; read < kMostReads && leaves.size() < 2; ++read) leaves = LeavesOf("");

  ASSERT_THAT(leaves, SizeIs(2));
  EXPECT_EQ(leaves[0].reason(), "TOKEN_INVALID");
  EXPECT_EQ(leaves[0].count(), 0);
  EXPECT_EQ(leaves[1].count(), 3);
}

TEST_F(AuditedRefusalTest, AMissingRole) {
  EXPECT_THAT(server_.Call<Admin>("intake-tool", &Admin::Stub::GetStatus, v1::GetStatusRequest()),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));

  ExpectRefusal("intake-tool", "ROLE_MISSING", "GetStatus");
}

TEST_F(AuditedRefusalTest, AMissingRoleForAStream) {
  grpc::ClientContext context;
  server_.Prepare(context, "operator-1");
  const auto stub = Requests::NewStub(server_.channel());
  const auto stream = stub->DownloadPackage(&context, v1::DownloadPackageRequest());
  v1::DownloadPackageResponse piece;
  EXPECT_FALSE(stream->Read(&piece));
  ASSERT_FALSE(stream->Finish().ok());

  EXPECT_THAT(LeavesOf("operator-1"), SizeIs(1));
  ExpectRefusal("operator-1", "ROLE_MISSING", "DownloadPackage");
}

TEST_F(AuditedRefusalTest, PersonalFieldsThatTheCallerMayNotSee) {
  const std::string request = shop_.File().name();
  v1::GetRequestRequest in;
  in.set_name(request);
  in.set_view(v1::REQUEST_VIEW_FULL);
  EXPECT_THAT(server_.Call<Requests>("auditor-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));

  ExpectRefusal("auditor-1", "ROLE_MISSING", "GetRequest");
}

TEST_F(AuditedRefusalTest, ReadingWhatIsNotThere) {
  v1::GetRequestRequest in;
  in.set_name(kNoRequest);
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));

  ExpectRefusal("caseworker-1", "RESOURCE_NOT_FOUND", absl::StrCat("GetRequest ", kNoRequest));
}

TEST_F(AuditedRefusalTest, ANameThatACallerMadeUpIsNotWritten) {
  v1::GetRecipientRequest in;
  in.set_name("recipients/li-lei-13800138000");
  EXPECT_THAT(server_.Call<Registry>("registrar-1", &Registry::Stub::GetRecipient, in),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));

  ExpectRefusal("registrar-1", "RESOURCE_NOT_FOUND", "GetRecipient");
}

TEST_F(AuditedRefusalTest, ActingOnWhatIsNotThere) {
  EXPECT_THAT(shop_.Assess(kNoRequest), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));

  EXPECT_THAT(LeavesOf("caseworker-1"), SizeIs(1));
  ExpectRefusal("caseworker-1", "RESOURCE_NOT_FOUND", kNoRequest);
}

TEST_F(AuditedRefusalTest, ATaskOfAnotherSystemAndALeaseThatRanOut) {
  shop_.Register();
  const std::string request = shop_.File().name();
  const auto leased =
      server_.Call<Tasks>("system-profile", &Tasks::Stub::LeaseTasks, v1::LeaseTasksRequest());
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  v1::CompleteTaskRequest complete;
  complete.set_name(leased->tasks(0).name());
  complete.set_lease_token(leased->tasks(0).lease_token());
  complete.set_idempotency_key(FreshKey());
  complete.mutable_result();
  EXPECT_THAT(server_.Call<Tasks>("system-orders", &Tasks::Stub::CompleteTask, complete),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  server_.clock().Advance(absl::Seconds(61));
  EXPECT_THAT(server_.Call<Tasks>("system-profile", &Tasks::Stub::CompleteTask, complete),
              ReasonIs(v1::ERROR_REASON_LEASE_LOST));

  ExpectRefusal("system-orders", "RESOURCE_NOT_FOUND", request);
  ExpectRefusal("system-profile", "LEASE_LOST", request);
}

TEST_F(AuditedRefusalTest, AnEtagThatIsNotTheLatest) {
  shop_.Register();
  const v1::Request filed = shop_.File();
  shop_.Verify(filed.name());
  EXPECT_THAT(shop_.Assess(filed.name(), filed.etag()), ReasonIs(v1::ERROR_REASON_ETAG_MISMATCH));

  ExpectRefusal("caseworker-1", "ETAG_MISMATCH", filed.name());
}

TEST_F(AuditedRefusalTest, AWrongCodeIsAnEventOfItsRequest) {
  shop_.Register();
  const std::string request = shop_.File().name();
  shop_.ResolveContact();
  const v1::Verification verification = shop_.AskForCode(request);
  const std::string code = shop_.ReadCode(request);
  EXPECT_THAT(shop_.SubmitCode(verification.name(), code == "000000" ? "000001" : "000000"),
              ReasonIs(v1::ERROR_REASON_CODE_WRONG));

  std::vector<std::string> kinds;
  for (const v1::AuditEvent& leaf : LeavesOf("intake-tool")) {
    if (leaf.request() == request) kinds.push_back(leaf.kind());
  }
  EXPECT_THAT(kinds, Contains("code_rejected").Times(1));
}

TEST_F(AuditedRefusalTest, WhatTheStateForbidsIsAnEventOfItsRequest) {
  const std::string request = shop_.File().name();
  EXPECT_THAT(shop_.Assess(request), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));

  const std::vector<v1::AuditEvent> leaves = LeavesOf("caseworker-1");
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0].kind(), "action_rejected");
  EXPECT_EQ(leaves[0].request(), request);
}

TEST_F(AuditedRefusalTest, AChangeOfTheRegistryThatItsStateForbids) {
  shop_.RegisterSystem("orders", {"orders"}, {v1::TASK_KIND_COLLECT});
  const size_t before = LeavesOf("operator-1").size();
  v1::CreateDataSystemRequest in;
  in.set_data_system_id("orders");
  in.set_idempotency_key(FreshKey());
  in.mutable_data_system()->add_categories("orders");
  in.mutable_data_system()->add_task_kinds(v1::TASK_KIND_COLLECT);
  in.mutable_data_system()->set_title("Orders");
  EXPECT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::CreateDataSystem, in),
              ReasonIs(v1::ERROR_REASON_RESOURCE_EXISTS));

  EXPECT_THAT(LeavesOf("operator-1"), SizeIs(before + 1));
  ExpectRefusal("operator-1", "RESOURCE_EXISTS", "CreateDataSystem");
}

TEST_F(AuditedRefusalTest, WhatIsWrongInItselfIsNone) {
  v1::GetRequestRequest in;
  in.set_name("no name");
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in),
              StatusIs(absl::StatusCode::kInvalidArgument));

  EXPECT_THAT(LeavesOf("caseworker-1"), IsEmpty());
}

}  // namespace
}  // namespace dsr
