// A recipient is taken over by another (PIPL 22), through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Notices = v1::NoticeService;
using Registry = v1::RegistryService;
using Requests = v1::RequestService;

constexpr int kMostLooks = 20000;

class TakeoverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    shop_.RegisterRecipient("logistics", "search");
    request_ = shop_.ConfirmDeletion();
  }

  void TakeOver(const std::string& recipient, const std::string& successor) {
    v1::UpdateRecipientRequest in;
    in.set_idempotency_key(FreshKey());
    in.mutable_recipient()->set_name(recipient);
    in.mutable_recipient()->set_successor(successor);
    in.mutable_update_mask()->add_paths("successor");
    ASSERT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::UpdateRecipient, in), IsOk());
    server_.clock().Advance(absl::Seconds(11));
  }

  std::vector<v1::Notice> AwaitNotices(absl::string_view recipient) {
    std::vector<v1::Notice> notices;
    for (int look = 0; look < kMostLooks && notices.empty(); ++look) {
      v1::ListNoticesRequest in;
      in.set_parent(request_);
      const auto list = server_.Call<Notices>("caseworker-1", &Notices::Stub::ListNotices, in);
      if (!list.ok()) break;
      for (const v1::Notice& notice : list->notices()) {
        if (notice.recipient() == recipient) notices.push_back(notice);
      }
    }
    return notices;
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(TakeoverTest, TheSuccessorGetsTheOpenNoticeAndTheOtherCanDoNothingWithItAnyMore) {
  const std::vector<v1::Notice> before = shop_.PullNotices("ad-partner");
  ASSERT_THAT(before, SizeIs(1));

  TakeOver("recipients/ad-partner", "recipients/logistics");

  ASSERT_THAT(AwaitNotices("recipients/logistics"), SizeIs(1));
  EXPECT_THAT(shop_.PullNotices("ad-partner"), IsEmpty());
  v1::CompleteNoticeRequest late;
  late.set_name(before[0].name());
  late.set_idempotency_key(FreshKey());
  EXPECT_THAT(server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::CompleteNotice, late),
              StatusIs(absl::StatusCode::kNotFound));

  const std::vector<v1::Notice> after = shop_.PullNotices("logistics");
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].name(), before[0].name());
  ASSERT_THAT(after[0].former_recipients(), SizeIs(1));
  EXPECT_EQ(after[0].former_recipients(0).recipient(), "recipients/ad-partner");
  EXPECT_EQ(FromTimestamp(after[0].former_recipients(0).begin_time()),
            FromTimestamp(before[0].create_time()));
  EXPECT_EQ(FromTimestamp(after[0].former_recipients(0).due_time()),
            FromTimestamp(before[0].due_time()));
  // It finds the data by the reference that its predecessor had.
  EXPECT_THAT(after[0].subject_references(), ElementsAre(kReference));
  shop_.EndNotice("logistics", after[0].name());
  shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 42); });
  EXPECT_EQ(shop_.AwaitState(request_, "closed").state(), "closed");
}

TEST_F(TakeoverTest, AReportOfTheTimeBeforeStaysWhatItWas) {
  const std::vector<v1::Notice> notices = shop_.PullNotices("ad-partner");
  ASSERT_THAT(notices, SizeIs(1));
  v1::AcknowledgeNoticeRequest seen;
  seen.set_name(notices[0].name());
  seen.set_idempotency_key(FreshKey());
  ASSERT_THAT(
      server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::AcknowledgeNotice, seen),
      IsOk());
  server_.clock().Advance(absl::Hours(24 * 14));
  v1::GetSlaReportRequest in;
  *in.mutable_as_of_time() = ToTimestamp(server_.clock().Now());
  using Reports = v1::ReportService;
  const auto before = server_.Call<Reports>("auditor-1", &Reports::Stub::GetSlaReport, in);
  ASSERT_THAT(before, IsOk());
  server_.clock().Advance(absl::Hours(1));

  TakeOver("recipients/ad-partner", "recipients/logistics");

  ASSERT_THAT(AwaitNotices("recipients/logistics"), SizeIs(1));
  const auto after = server_.Call<Reports>("auditor-1", &Reports::Stub::GetSlaReport, in);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->ShortDebugString(), before->ShortDebugString());
  *in.mutable_as_of_time() = ToTimestamp(server_.clock().Now());
  const auto now = server_.Call<Reports>("auditor-1", &Reports::Stub::GetSlaReport, in);
  ASSERT_THAT(now, IsOk());
  ASSERT_THAT(now->recipients(), SizeIs(1));
  EXPECT_EQ(now->recipients(0).recipient(), "recipients/logistics");
  EXPECT_EQ(now->recipients(0).open(), 1);
}

TEST_F(TakeoverTest, WhatACrashLeftIsMovedAtTheStart) {
  TakeOver("recipients/ad-partner", "recipients/logistics");

  server_.Restart();

  EXPECT_THAT(AwaitNotices("recipients/logistics"), SizeIs(1));
}

}  // namespace
}  // namespace dsr
