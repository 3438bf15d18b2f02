// dsrd as a process: what survives its end, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;
using ::testing::AnyOfArray;
using Admin = v1::AdminService;
using Audit = v1::AuditService;
using Requests = v1::RequestService;

constexpr int kThreads = 4;
constexpr int kAnsweredBeforeTheEnd = 40;
// Ends a test in which the server survives what should end it.
constexpr int kMostCalls = 500;

// One call to file a request, and the answer if it came.
struct Filing {
  v1::CreateRequestRequest call;
  absl::StatusOr<v1::Request> answer;
};

// What a call gets that the server had not begun when it ended. gRPC answers those that reach it
// between the beginning of its shutdown and the client's GOAWAY with CANCELLED, not UNAVAILABLE
// (grpc/grpc#41785, open); no handler of dsrd sees them.
std::vector<absl::StatusCode> CodesOfAnEnd(int signal) {
  if (signal == SIGKILL) return {absl::StatusCode::kUnavailable};
  return {absl::StatusCode::kUnavailable, absl::StatusCode::kCancelled};
}

class ProcessTest : public ::testing::TestWithParam<int> {
 protected:
  std::vector<std::string> Arguments() const {
    return {"--dev",    "--data-dir", dir_.path(), "--definitions", DSR_SOURCE_DIR "/workflows",
            "--listen", "127.0.0.1:0"};
  }

  // Waits until `dsrd` serves; calls go there.
  void ConnectTo(DsrdProcess& dsrd) {
    const int port = dsrd.AwaitPort();
    ASSERT_NE(port, 0) << dsrd.Wait().output;
    client_.Connect(dir_.path(), port);
  }

  // Files one request after the other until a call fails; rings for each answer.
  std::vector<Filing> FileUntilItFails(int thread, std::counting_semaphore<>& answered) {
    std::vector<Filing> filings;
    for (int i = 0; i < kMostCalls && (filings.empty() || filings.back().answer.ok()); ++i) {
      Filing& filing = filings.emplace_back();
      filing.call = DeletionCall(absl::StrCat("account-", thread, "-", i));
      filing.answer = File(filing.call);
      if (filing.answer.ok()) answered.release();
    }
    return filings;
  }

  absl::StatusOr<v1::Request> File(const v1::CreateRequestRequest& call) {
    return client_.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call);
  }

  int64_t OpenRequests() {
    const auto status =
        client_.Call<Admin>("operator-1", &Admin::Stub::GetStatus, v1::GetStatusRequest());
    EXPECT_THAT(status, IsOk());
    return status.ok() ? status->open_requests() : -1;
  }

  TempDir dir_;
  ApiClient client_;
  Shop shop_{client_};
};

TEST_P(ProcessTest, WhatWasAnsweredIsThereAfterwardsAndNothingTwice) {
  std::vector<std::vector<Filing>> filings(kThreads);
  absl::StatusOr<v1::Checkpoint> checkpoint = v1::Checkpoint();
  {
    DsrdProcess dsrd(Arguments());
    ConnectTo(dsrd);
    std::counting_semaphore<> answered(0);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { filings[i] = FileUntilItFails(i, answered); });
    }
    for (int i = 0; i < kAnsweredBeforeTheEnd; ++i) answered.acquire();
    checkpoint =
        client_.Call<Audit>("auditor-1", &Audit::Stub::GetCheckpoint, v1::GetCheckpointRequest());
    ASSERT_THAT(checkpoint, IsOk());

    dsrd.Signal(GetParam());

    EXPECT_EQ(dsrd.Wait().exit_code, GetParam() == SIGKILL ? -1 : 0);
  }

  DsrdProcess again(Arguments());
  ConnectTo(again);
  int64_t count = 0;
  for (const std::vector<Filing>& of_thread : filings) {
    for (const Filing& filing : of_thread) {
      // Repeated with its key, a call gives the same answer, or does now what it did not do then.
      const absl::StatusOr<v1::Request> repeated = File(filing.call);
      ASSERT_THAT(repeated, IsOk());
      ++count;
      if (!filing.answer.ok()) {
        EXPECT_THAT(filing.answer.status().code(), AnyOfArray(CodesOfAnEnd(GetParam())));
        continue;
      }
      EXPECT_EQ(repeated->SerializeAsString(), filing.answer->SerializeAsString());
      EXPECT_EQ(shop_.Get(filing.answer->name()).due_time().seconds(),
                filing.answer->due_time().seconds());
    }
  }
  EXPECT_EQ(OpenRequests(), count);
  // What was signed just before the end is what the log begins with.
  v1::VerifyLogRequest in;
  in.add_checkpoints(checkpoint->note());
  const auto log = client_.Call<Audit>("auditor-1", &Audit::Stub::VerifyLog, in);
  ASSERT_THAT(log, IsOk());
  EXPECT_TRUE(log->intact()) << log->ShortDebugString();
}

INSTANTIATE_TEST_SUITE_P(Ends, ProcessTest, ::testing::Values(SIGKILL, SIGTERM),
                         [](const auto& test) { return test.param == SIGKILL ? "Kill" : "Term"; });

TEST_F(ProcessTest, AKilledServerGoesOnWhereItWas) {
  std::string request;
  {
    DsrdProcess dsrd(Arguments());
    ConnectTo(dsrd);
    shop_.Register();
    request = shop_.ConfirmDeletion();
    dsrd.Signal(SIGKILL);
    dsrd.Wait();
  }

  DsrdProcess again(Arguments());
  ConnectTo(again);
  shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 42); });

  EXPECT_EQ(shop_.Get(request).response().outcome(), v1::OUTCOME_FULFILLED);
  const std::vector<v1::Notice> notices = shop_.PullNotices("ad-partner");
  ASSERT_EQ(notices.size(), 1u);
  shop_.EndNotice("ad-partner", notices[0].name());
  EXPECT_EQ(shop_.Get(request).phase(), v1::PHASE_CLOSED);
  const auto log =
      client_.Call<Audit>("auditor-1", &Audit::Stub::VerifyLog, v1::VerifyLogRequest());
  ASSERT_THAT(log, IsOk());
  EXPECT_TRUE(log->intact());
}

TEST_F(ProcessTest, SigtermSaysNotServingAndEndsStreamsWithAReasonToRetry) {
  DsrdProcess dsrd(Arguments());
  ConnectTo(dsrd);
  grpc::ClientContext health_context;
  client_.Prepare(health_context, "");
  const auto health_stub = Health::NewStub(client_.channel());
  const auto health = health_stub->Watch(&health_context, {});
  HealthCheckResponse served;
  ASSERT_TRUE(health->Read(&served));
  ASSERT_EQ(served.status(), HealthCheckResponse::SERVING);
  grpc::ClientContext watch_context;
  client_.Prepare(watch_context, "caseworker-1");
  const auto stub = Requests::NewStub(client_.channel());
  const auto watch = stub->WatchRequests(&watch_context, v1::WatchRequestsRequest());
  v1::WatchRequestsResponse change;
  ASSERT_TRUE(watch->Read(&change));

  dsrd.Signal(SIGTERM);

  ASSERT_TRUE(health->Read(&served));
  EXPECT_EQ(served.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&change));
  const absl::Status status = FromGrpc(watch->Finish());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_RETRY_LATER));
  health_context.TryCancel();
  EXPECT_EQ(dsrd.Wait().exit_code, 0);
}

TEST_F(ProcessTest, ASecondServerOnTheSameFilesIsRefusedAndTheFirstServesOn) {
  DsrdProcess first(Arguments());
  ConnectTo(first);

  const ProcessEnd second = RunDsrd(Arguments());

  EXPECT_EQ(second.exit_code, 78) << second.output;
  EXPECT_THAT(second.output, ::testing::HasSubstr("another process"));
  EXPECT_NE(shop_.File().name(), "");
}

}  // namespace
}  // namespace dsr
