#include "sample_shop/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "sample_shop/upload.h"
#include "unit/sample_shop/fake_server.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Hands out the same tasks at every lease, as after leases that ended. Used by one client thread,
// which waits for each answer.
class FakeTaskService : public v1::TaskService::Service {
 public:
  grpc::Status LeaseTasks(grpc::ServerContext* context, const v1::LeaseTasksRequest*,
                          v1::LeaseTasksResponse* response) override {
    authorization = AuthorizationOf(*context);
    ++leases;
    for (v1::Task task : tasks) {
      task.set_lease_token(absl::StrCat("lease-", leases));
      *response->add_tasks() = std::move(task);
    }
    return grpc::Status::OK;
  }

  grpc::Status UploadPart(grpc::ServerContext*, const v1::UploadPartRequest* request,
                          v1::UploadPartResponse* response) override {
    std::string& upload = uploads[request->category()];
    if (request->offset() != static_cast<int64_t>(upload.size())) {
      return ErrorWith(grpc::StatusCode::OUT_OF_RANGE, "OFFSET_WRONG",
                       {{"expected_offset", absl::StrCat(upload.size())}});
    }
    if (upload_failures > 0) {
      --upload_failures;
      return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "");
    }
    upload += request->data();
    largest_piece = std::max(largest_piece, request->data().size());
    ++pieces;
    response->set_next_offset(static_cast<int64_t>(upload.size()));
    return grpc::Status::OK;
  }

  grpc::Status CompleteTask(grpc::ServerContext*, const v1::CompleteTaskRequest* request,
                            v1::Task*) override {
    completed.push_back(*request);
    return completion;
  }

  grpc::Status FailTask(grpc::ServerContext*, const v1::FailTaskRequest* request,
                        v1::Task*) override {
    failed.push_back(*request);
    return grpc::Status::OK;
  }

  std::vector<v1::Task> tasks;
  grpc::Status completion = grpc::Status::OK;
  int upload_failures = 0;

  std::string authorization;
  int leases = 0;
  std::map<std::string, std::string> uploads;
  size_t largest_piece = 0;
  int pieces = 0;
  std::vector<v1::CompleteTaskRequest> completed;
  std::vector<v1::FailTaskRequest> failed;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() : server_(service_) {}

  Worker MakeWorker(absl::string_view system) {
    return Worker(*FindSystem(system), shop_.OpenShop(), server_.Caller("token-of-the-system"),
                  clock_, stop_);
  }

  v1::Task& AddTask(v1::TaskKind kind, absl::string_view account) {
    v1::Task& task = service_.tasks.emplace_back();
    task.set_name(absl::StrCat("requests/r/tasks/", service_.tasks.size()));
    task.set_kind(kind);
    task.set_subject_account(std::string(account));
    return task;
  }

  TestShop shop_;
  SimulatedClock clock_{TestNow()};
  StopSignal stop_{clock_};
  FakeTaskService service_;
  FakeServer server_;
};

TEST_F(WorkerTest, LeasesWithItsOwnToken) {
  Worker worker = MakeWorker("orders");

  EXPECT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOkAndHolds(0));
  EXPECT_EQ(service_.authorization, "Bearer token-of-the-system");
}

TEST_F(WorkerTest, UploadsWhatItCollectedAndReportsTheCount) {
  AddTask(v1::TASK_KIND_COLLECT, "u-100001").add_categories("browsing");
  Worker worker = MakeWorker("browsing");

  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOkAndHolds(1));

  ASSERT_THAT(service_.completed, SizeIs(1));
  EXPECT_EQ(service_.completed[0].lease_token(), "lease-1");
  EXPECT_EQ(service_.completed[0].result().categories(0).records(), 12);
  const std::string& upload = service_.uploads["browsing"];
  EXPECT_EQ(std::count(upload.begin(), upload.end(), '\n'), 12);
}

TEST_F(WorkerTest, SendsPiecesOfBoundedSize) {
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    Execute(db, "UPDATE addresses SET address = ? WHERE account_id = 'u-100001'",
            std::string(100000, 'a'));
    return absl::OkStatus();
  }),
              IsOk());
  AddTask(v1::TASK_KIND_COLLECT, "u-100001").add_categories("addresses");
  Worker worker = MakeWorker("profile");

  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());

  EXPECT_EQ(service_.largest_piece, kUploadPiece);
  EXPECT_EQ(service_.pieces, 4);
  EXPECT_GT(service_.uploads["addresses"].size(), 200000u);
  EXPECT_THAT(service_.completed, SizeIs(1));
}

TEST_F(WorkerTest, ResumesAnUploadWhereTheServerSays) {
  AddTask(v1::TASK_KIND_COLLECT, "u-100001").add_categories("browsing");
  Worker worker = MakeWorker("browsing");
  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());
  const std::string whole = service_.uploads["browsing"];
  service_.uploads["browsing"].clear();
  service_.completed.clear();
  service_.tasks[0].set_name("requests/r/tasks/interrupted");
  service_.upload_failures = 1;
  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());
  ASSERT_THAT(service_.completed, IsEmpty());
  service_.uploads["browsing"] = whole.substr(0, 100);

  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());

  EXPECT_EQ(service_.uploads["browsing"], whole);
  EXPECT_THAT(service_.completed, SizeIs(1));
}

TEST_F(WorkerTest, ReportsATaskThatComesAgainTheSameUnderAKeyOfItsLease) {
  v1::PlanItem* item = AddTask(v1::TASK_KIND_ERASE, "u-100004").add_instructions();
  item->set_category("browsing");
  item->set_action(v1::RETENTION_ACTION_ERASE);
  Worker worker = MakeWorker("browsing");

  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());
  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());

  ASSERT_THAT(service_.completed, SizeIs(2));
  EXPECT_EQ(service_.completed[0].result().categories(0).records(), 12);
  EXPECT_EQ(service_.completed[1].result().categories(0).records(), 12);
  EXPECT_NE(service_.completed[0].idempotency_key(), service_.completed[1].idempotency_key());
}

TEST_F(WorkerTest, FailsForGoodWhatItCanNeverDo) {
  AddTask(v1::TASK_KIND_COLLECT, "u-100001").add_categories("orders");
  Worker worker = MakeWorker("profile");

  ASSERT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOk());

  ASSERT_THAT(service_.failed, SizeIs(1));
  EXPECT_TRUE(service_.failed[0].for_good());
  EXPECT_EQ(service_.failed[0].code(), "not-possible");
  EXPECT_THAT(service_.completed, IsEmpty());
}

TEST_F(WorkerTest, GoesOnWithTheNextTaskWhenALeaseWasLost) {
  AddTask(v1::TASK_KIND_RESOLVE_CONTACT, "u-100001");
  AddTask(v1::TASK_KIND_RESOLVE_CONTACT, "u-100002");
  service_.completion = ErrorWith(grpc::StatusCode::FAILED_PRECONDITION, "LEASE_LOST");
  Worker worker = MakeWorker("profile");

  EXPECT_THAT(worker.RunOnce(absl::ZeroDuration()), IsOkAndHolds(2));
  EXPECT_THAT(service_.completed, SizeIs(2));
  EXPECT_THAT(service_.failed, IsEmpty());
}

TEST(RpcCallerTest, ReportsAServerThatIsAway) {
  TestShop shop;
  SimulatedClock clock(TestNow());
  StopSignal stop(clock);
  int port = 0;
  {
    FakeTaskService service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  }
  Worker worker(*FindSystem("orders"), shop.OpenShop(),
                RpcCaller(*ConnectLoopback(absl::StrCat("127.0.0.1:", port)), "token"), clock,
                stop);

  EXPECT_THAT(worker.RunOnce(absl::ZeroDuration()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(RpcCallerTest, RefusesAServerThatIsNotOnLoopback) {
  EXPECT_THAT(ConnectLoopback("192.0.2.1:7443"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ConnectLoopback("dsrd.example.com:7443"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RpcCallerTest, DerivesTheSameUuidFromTheSamePartsOnly) {
  ASSERT_THAT(InitCrypto(), IsOk());

  EXPECT_EQ(DerivedKey({"a", "b"}), DerivedKey({"a", "b"}));
  EXPECT_NE(DerivedKey({"a", "b"}), DerivedKey({"ab", ""}));
  EXPECT_THAT(DerivedKey({"a"}),
              ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                      "[0-9a-f]{12}"));
}

}  // namespace
}  // namespace dsr::sample_shop
