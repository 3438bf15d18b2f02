// A copy from its upload to its one download, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "integration/download.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;

class CopyFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    v1::CreateRequestRequest call = DeletionCall();
    call.mutable_request()->clear_deletion();
    call.mutable_request()->set_type("copy");
    request_ = shop_.File(call).name();
    shop_.Verify(request_);
    ASSERT_THAT(shop_.Assess(request_), IsOk());
  }

  absl::StatusOr<v1::UploadPartResponse> Upload(const v1::Task& task, int64_t offset,
                                                const std::string& data) {
    v1::UploadPartRequest in;
    in.set_name(task.name());
    in.set_lease_token(task.lease_token());
    in.set_category("browsing");
    in.set_offset(offset);
    in.set_data(data);
    return server_.Call<Tasks>("system-browsing", &Tasks::Stub::UploadPart, in);
  }

  // Collects one record, lets the package be made and answers; returns the grant.
  std::string Answer() {
    shop_.Work("browsing", [this](const v1::Task& task) {
      const std::string line = "{\"page\":\"shoes\",\"seen\":\"2026-02-01\"}\n";
      EXPECT_THAT(Upload(task, 0, line), IsOk());
      v1::TaskResult result;
      result.add_categories()->set_category("browsing");
      result.mutable_categories(0)->set_records(1);
      return result;
    });
    shop_.AwaitState(request_, "ready");
    v1::RespondToRequestRequest respond;
    respond.set_name(request_);
    respond.set_idempotency_key(FreshKey());
    EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::RespondToRequest, respond),
                IsOk());
    return GrantIn(shop_.ReadMail(request_, "response-copy"));
  }

  Download Fetch(const std::string& principal, const std::string& grant, int64_t offset = 0) {
    return FetchPackage(server_, principal, request_, grant, offset);
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(CopyFlowTest, APackageIsDownloadedOnceThroughItsGrant) {
  const std::string grant = Answer();

  const Download first = Fetch("intake-tool", grant);

  ASSERT_THAT(first.status, IsOk());
  EXPECT_EQ(static_cast<int64_t>(first.bytes.size()), first.package.size_bytes());
  EXPECT_EQ(HexEncode(Sha256(first.bytes)), first.package.sha256());
  EXPECT_EQ(first.bytes.substr(0, 2), "PK");
  EXPECT_EQ(shop_.Get(request_).package().state(), v1::Package::STATE_DOWNLOADED);
  const Download second = Fetch("intake-tool", grant);
  EXPECT_THAT(second.status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(second.status, ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
  EXPECT_EQ(second.bytes, "");
}

TEST_F(CopyFlowTest, AWrongGrantOrOffsetBindsNothing) {
  const std::string grant = Answer();

  EXPECT_THAT(Fetch("intake-tool", std::string(26, '0')).status,
              ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
  const absl::Status beyond = Fetch("intake-tool", grant, 1 << 30).status;
  EXPECT_THAT(beyond, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(beyond, ReasonIs(v1::ERROR_REASON_OFFSET_WRONG));

  EXPECT_EQ(shop_.Get(request_).package().state(), v1::Package::STATE_READY);
  EXPECT_THAT(Fetch("caseworker-1", grant).status, IsOk());
}

TEST_F(CopyFlowTest, ACopyIsForNoRecipient) {
  const std::string grant = Answer();

  EXPECT_THAT(Fetch("recipient-ad-partner", grant).status,
              AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                    ReasonIs(v1::ERROR_REASON_GRANT_INVALID)));
  EXPECT_EQ(shop_.Get(request_).package().state(), v1::Package::STATE_READY);
}

TEST_F(CopyFlowTest, AGrantEndsWithItsTime) {
  const std::string grant = Answer();
  server_.clock().Advance(absl::Hours(72));

  const Download late = Fetch("intake-tool", grant);

  EXPECT_THAT(late.status, ReasonIs(v1::ERROR_REASON_GRANT_INVALID));
  EXPECT_EQ(late.bytes, "");
}

TEST_F(CopyFlowTest, ARepeatedPieceDoesNoHarmAndTellsWhereToGoOn) {
  const auto leased =
      server_.Call<Tasks>("system-browsing", &Tasks::Stub::LeaseTasks, v1::LeaseTasksRequest());
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  const std::string piece = "{\"page\":\"hats\"}\n";
  const auto first = Upload(leased->tasks(0), 0, piece);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->next_offset(), static_cast<int64_t>(piece.size()));

  const absl::Status again = Upload(leased->tasks(0), 0, piece).status();

  EXPECT_THAT(again, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(ErrorInfoOf(again)->metadata().at("expected_offset"), std::to_string(piece.size()));
}

}  // namespace
}  // namespace dsr
