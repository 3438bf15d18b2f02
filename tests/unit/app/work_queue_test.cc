#include "app/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

v1::QueueItem Describe(const RequestDriver& request) {
  v1::QueueItem item =
      DescribeWork(request.rulebook(), request.record(), request.ContextFor(Visitor()));
  *item.mutable_request() = request.request();
  return item;
}

TEST(WorkQueueTest, AProposalWaitsForWhoeverMayApproveIt) {
  RequestDriver request("access");
  request.FileAndVerify();
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  ASSERT_THAT(request.Do(refusal, Caseworker()), IsOk());

  const v1::QueueItem item = Describe(request);

  EXPECT_EQ(item.waits_for(), v1::WAITS_FOR_STAFF);
  EXPECT_EQ(item.next_action(), "ApproveRefusal");
  EXPECT_THAT(item.next_roles(), Contains("privacy_officer"));
  EXPECT_TRUE(IsWorkOf(item, "privacy_officer"));
  EXPECT_FALSE(IsWorkOf(item, "verifier"));
}

TEST(WorkQueueTest, WhatIsVerifiedWaitsToBeAssessedAndThenForDataSystems) {
  RequestDriver request("access");
  request.FileUsual();
  EXPECT_EQ(Describe(request).waits_for(), v1::WAITS_FOR_REQUESTER);

  request.Verify();
  EXPECT_EQ(Describe(request).next_action(), "AssessRequest");

  ASSERT_THAT(request.Do(AssessRequest(), Caseworker()), IsOk());
  const v1::QueueItem item = Describe(request);
  EXPECT_EQ(item.waits_for(), v1::WAITS_FOR_DATA_SYSTEM);
  EXPECT_THAT(item.waits_for_names(), Contains("systems/orders"));
}

TEST(WorkQueueTest, WhatWasProvedTooLongAgoWaitsForTheRequester) {
  RequestDriver request("access");
  request.FileVerifyAndAssess();
  request.CompleteAll(v1::TASK_KIND_COLLECT);
  request.BuildPackage(v1::TASK_KIND_BUILD_ANSWER);
  ASSERT_EQ(Describe(request).next_action(), "RespondToRequest");

  request.Advance(absl::Hours(24 * 21));

  EXPECT_EQ(Describe(request).waits_for(), v1::WAITS_FOR_REQUESTER);
}

TEST(WorkQueueTest, IsMorePressingTheNearerTheDateIs) {
  RequestDriver request("access");
  request.FileAndVerify();
  const absl::Time due = FromTimestamp(request.request().due_time());
  const auto at = [&](absl::Time now) { return UrgencyOf(request.request(), now); };

  EXPECT_EQ(at(due - absl::Hours(24 * 10)), v1::URGENCY_NORMAL);
  EXPECT_EQ(at(due - absl::Hours(24 * 3)), v1::URGENCY_SOON);  // the target has passed
  EXPECT_EQ(at(due - absl::Hours(48)), v1::URGENCY_PRESSING);
  EXPECT_EQ(at(due), v1::URGENCY_OVERDUE);
}

TEST(WorkQueueTest, ADeputyStandsInWhileTheAbsenceLasts) {
  const absl::Time now = absl::FromUnixSeconds(1'780'000'000);
  const std::vector<AbsenceRecord> absences = {
      {"kim", now, now + absl::Hours(1), "lee"},
      {"bao", now + absl::Hours(2), now + absl::Hours(3), "lee"}};

  EXPECT_EQ(DeputyOf(absences, "kim", now), "lee");
  EXPECT_EQ(DeputyOf(absences, "kim", now + absl::Hours(1)), "");
  EXPECT_EQ(DeputyOf(absences, "bao", now), "");
  EXPECT_THAT(StandsInFor(absences, "lee", now), ElementsAre("lee", "kim"));
}

}  // namespace
}  // namespace dsr
