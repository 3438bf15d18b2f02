#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// A deletion whose plan is confirmed: one system erases, two recipients are told.
class DeletionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.AddSystem("members", {"browsing"});
    world_.AddRecipient("ads", "account-1", {"browsing"});
    world_.AddRecipient("parcel", "account-1", {"browsing"});
    storage::v1::RequestFiled filed = World::Filed("deletion", "account-1");
    filed.add_categories("browsing");
    filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_NO_CONSENT);
    DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult result,
                             world_.File(std::move(filed), world_.As("intake")));
    DSR_ASSERT_OK_AND_ASSIGN(id_, ParseRequestName(result.answer));
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    ASSERT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id_);
    ASSERT_THAT(world_.Execute(id_, AssessRequest{}, world_.As("caseworker")), IsOk());
    ASSERT_THAT(world_.Execute(id_, ConfirmPlan{}, world_.As("caseworker")), IsOk());
  }

  NoticeId NoticeFor(const std::string& recipient) {
    const storage::v1::RequestRecord record = world_.Record(id_);
    for (const v1::Notice& notice : record.notices()) {
      if (notice.recipient() == recipient) return ParseNoticeName(notice.name())->second;
    }
    ADD_FAILURE() << "no notice for " << recipient;
    return NoticeId();
  }

  absl::Status Complete(const std::string& recipient) {
    const NoticeId notice = NoticeFor(recipient);
    DSR_RETURN_IF_ERROR(
        world_.Execute(id_, AcknowledgeNotice{notice}, world_.AsRecipient(recipient)).status());
    return world_.Execute(id_, CompleteNotice{notice, 3}, world_.AsRecipient(recipient)).status();
  }

  World world_;
  RequestId id_;
};

TEST_F(DeletionTest, ANoticeTellsItsRecipientItsOwnReference) {
  ASSERT_THAT(world_.Record(id_).notices(), SizeIs(2));

  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(v1::Notice notice, view.FindNotice(id_, NoticeFor("recipients/ads")));
    DSR_RETURN_IF_ERROR(world_.reader->OpenNotice(view, id_, notice));
    EXPECT_THAT(notice.subject_references(), ElementsAre("ref-of-account-1"));
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(DeletionTest, ATaskTellsItsWorkerTheAccount) {
  const std::optional<LeasedTask> lease = world_.Lease("systems/members");
  ASSERT_TRUE(lease.has_value());

  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(v1::Task task, view.FindTask(id_, lease->task));
    DSR_RETURN_IF_ERROR(world_.reader->OpenTask(view, id_, task));
    EXPECT_EQ(task.subject_account(), "account-1");
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(DeletionTest, ARecipientAnswersItsOwnNoticesOnly) {
  const NoticeId ads = NoticeFor("recipients/ads");

  EXPECT_THAT(world_.Execute(id_, CompleteNotice{ads, 1}, world_.AsRecipient("recipients/parcel")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(world_.Execute(id_, CompleteNotice{ads, 1}, world_.As("caseworker")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(Complete("recipients/ads"), IsOk());
}

TEST_F(DeletionTest, AnAnswerToOneNoticeLeavesTheOthersAsTheyWere) {
  const std::string before = [&] {
    const storage::v1::RequestRecord record = world_.Record(id_);
    for (const v1::Notice& notice : record.notices()) {
      if (notice.recipient() == "recipients/parcel") return notice.SerializeAsString();
    }
    return std::string();
  }();

  ASSERT_THAT(Complete("recipients/ads"), IsOk());

  const storage::v1::RequestRecord record = world_.Record(id_);
  for (const v1::Notice& notice : record.notices()) {
    if (notice.recipient() == "recipients/ads") {
      EXPECT_EQ(notice.state(), v1::Notice::STATE_COMPLETED);
    } else {
      EXPECT_EQ(notice.SerializeAsString(), before);
    }
  }
  EXPECT_EQ(record.state().request().progress().notices_outstanding(), 1);
}

TEST_F(DeletionTest, OverdueTimersOfOtherNoticesFireBeforeARecipientsAnswer) {
  world_.clock.Advance(absl::Hours(24 * 40));

  (void)world_.Execute(id_, CompleteNotice{NoticeFor("recipients/ads"), 1},
                       world_.AsRecipient("recipients/ads"));

  const storage::v1::RequestRecord record = world_.Record(id_);
  for (const v1::Notice& notice : record.notices()) EXPECT_TRUE(notice.overdue()) << notice.name();
  EXPECT_TRUE(record.state().request().breached());
}

TEST_F(DeletionTest, WithdrawalIsTooLateFromTheConfirmationOn) {
  EXPECT_THAT(world_.Execute(id_, WithdrawRequest{}, world_.As("caseworker")),
              ReasonIs(v1::ERROR_REASON_POINT_OF_NO_RETURN));
}

TEST_F(DeletionTest, ClosesWhenAllIsErasedAndAllHaveAnswered) {
  v1::TaskResult erased;
  erased.add_categories()->set_category("browsing");
  erased.mutable_categories(0)->set_records(3);
  ASSERT_THAT(world_.CompleteNext("systems/members", erased), IsOk());
  for (const char* recipient : {"recipients/ads", "recipients/parcel"}) {
    ASSERT_THAT(Complete(recipient), IsOk());
  }

  const v1::Request request = world_.Record(id_).state().request();
  EXPECT_EQ(request.phase(), v1::PHASE_CLOSED);
  EXPECT_EQ(request.response().outcome(), v1::OUTCOME_FULFILLED);
}

TEST_F(DeletionTest, OnlyARecipientOrDsrdSaysThatANoticeWasDelivered) {
  const NoticeId ads = NoticeFor("recipients/ads");

  EXPECT_THAT(world_.Execute(id_, RecordNoticeDelivery{.id = ads, .delivered = true},
                             world_.AsRecipient("recipients/parcel")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(world_.Execute(id_, RecordNoticeDelivery{.id = ads, .delivered = false},
                             world_.AsRecipient("recipients/ads")),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_THAT(
      world_.Execute(id_,
                     RecordNoticeDelivery{
                         .id = ads, .lane = "recipients/ads", .delivered = true, .attempts = 1},
                     world_.AsRecipient("recipients/ads")),
      IsOk());
}

}  // namespace
}  // namespace dsr
