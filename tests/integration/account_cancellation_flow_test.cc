// An account's cancellation from filing to its end, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

using Stub = v1::RequestService::Stub;

class AccountCancellationFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.RegisterSystem(
        "profile", {"account"},
        {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_ERASE, v1::TASK_KIND_CLOSE_ACCOUNT});
    shop_.RegisterSystem("orders", {"orders"}, {v1::TASK_KIND_CHECK_BLOCKERS, v1::TASK_KIND_ERASE});
    shop_.RegisterRecipient("ad-partner", "account");
    request_ = shop_.File(FilingCall("account-cancellation")).name();
    shop_.Verify(request_);
    ASSERT_THAT(shop_.Assess(request_), IsOk());
  }

  // Lets `orders` report an open order, or that nothing blocks the cancellation.
  void CheckBlockers(bool is_blocked) {
    shop_.Work("orders", [is_blocked](const v1::Task& task) {
      EXPECT_EQ(task.kind(), v1::TASK_KIND_CHECK_BLOCKERS);
      v1::TaskResult result;
      if (!is_blocked) return result;
      v1::ReportedBlocker& blocker = *result.add_blockers();
      blocker.set_id("order-77");
      blocker.set_kind("open-order");
      blocker.set_description("The order of a red kettle is on its way.");
      return result;
    });
  }

  void ConfirmPlan() {
    ASSERT_THAT(shop_.Act("caseworker-1", &Stub::ConfirmPlan, v1::ConfirmPlanRequest(), request_),
                IsOk());
  }

  std::string State() { return shop_.Get(request_).state(); }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(AccountCancellationFlowTest, IsBlockedResolvedClosedErasedAndTold) {
  CheckBlockers(true);
  EXPECT_EQ(State(), "blocked");
  ASSERT_EQ(shop_.Get(request_).blockers_size(), 1);
  EXPECT_THAT(shop_.ReadMail(request_, "blocked"), HasSubstr("red kettle"));

  ASSERT_THAT(
      shop_.Act("caseworker-1", &Stub::ResolveBlocker, v1::ResolveBlockerRequest(), request_),
      IsOk());
  CheckBlockers(false);
  EXPECT_EQ(State(), "planned");
  ConfirmPlan();
  EXPECT_EQ(State(), "rechecking");
  CheckBlockers(false);

  EXPECT_EQ(State(), "closing");
  EXPECT_TRUE(shop_.PullNotices("ad-partner").empty()) << "nothing is erased yet";
  shop_.Work("profile", [](const v1::Task& task) {
    EXPECT_EQ(task.kind(), v1::TASK_KIND_CLOSE_ACCOUNT);
    EXPECT_EQ(task.subject_account(), kAccount);
    return v1::TaskResult();
  });

  EXPECT_EQ(State(), "erasing");
  for (const char* system : {"profile", "orders"}) {
    shop_.Work(system, [](const v1::Task& task) {
      EXPECT_EQ(task.kind(), v1::TASK_KIND_ERASE);
      return RecordsOf(task.categories(0), 5);
    });
  }

  EXPECT_EQ(State(), "answered");
  EXPECT_EQ(shop_.Get(request_).response().outcome(), v1::OUTCOME_FULFILLED);
  EXPECT_NE(shop_.ReadMail(request_, "response-cancellation"), "");
  const std::vector<v1::Notice> notices = shop_.PullNotices("ad-partner");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].kind(), v1::NOTICE_KIND_DELETE);
  shop_.EndNotice("ad-partner", notices[0].name());
  EXPECT_EQ(State(), "closed");
}

TEST_F(AccountCancellationFlowTest, WhatTurnsUpAtTheLastCheckStopsTheClosing) {
  CheckBlockers(false);
  ConfirmPlan();

  CheckBlockers(true);

  EXPECT_EQ(State(), "blocked");
  EXPECT_EQ(shop_.Get(request_).progress().tasks_open(), 0);
  EXPECT_TRUE(shop_.PullNotices("ad-partner").empty());
}

TEST_F(AccountCancellationFlowTest, IsNotConfirmedWhileItIsBlocked) {
  CheckBlockers(true);

  const absl::Status status =
      shop_.Act("caseworker-1", &Stub::ConfirmPlan, v1::ConfirmPlanRequest(), request_).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(State(), "blocked");
}

TEST_F(AccountCancellationFlowTest, IsWithdrawnBeforeTheClosingAndNotAfter) {
  const auto withdraw = [this] {
    return shop_.Act("intake-tool", &Stub::WithdrawRequest, v1::WithdrawRequestRequest(), request_);
  };
  CheckBlockers(false);
  ConfirmPlan();
  CheckBlockers(false);
  ASSERT_EQ(State(), "closing");

  const absl::Status status = withdraw().status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_POINT_OF_NO_RETURN));
  EXPECT_EQ(State(), "closing");
}

}  // namespace
}  // namespace dsr
