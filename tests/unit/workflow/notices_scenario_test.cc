// Who is told to delete, once each, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;

class NoticesTest : public ::testing::Test {
 protected:
  void Confirm() {
    request_.FileVerifyAndAssess();
    ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());
  }
  void Answer() {
    Confirm();
    request_.CompleteAll(v1::TASK_KIND_ERASE);
  }
  // Everything is erased but one order, whose term ends on 2 November 2026.
  void AnswerKeepingAnOrder() {
    Confirm();
    const v1::Task task = request_.OpenTask(v1::TASK_KIND_ERASE, kOrders);
    v1::TaskResult kept = RequestDriver::UsualResult(task);
    v1::RetainedGroup& group = *kept.mutable_categories(0)->add_retained();
    *group.mutable_anchor_day() = ToDate(absl::CivilDay(2023, 11, 1));
    group.set_records(1);
    ASSERT_THAT(request_.Complete(task, kept), IsOk());
    request_.CompleteAll(v1::TASK_KIND_ERASE);
  }
  // Until 1 June of that year.
  absl::Status Object(const v1::Notice& notice, int year = 2036) {
    ObjectToNotice object{.id = IdIn<NoticeId>(notice.name())};
    object.objection.set_ground("retention");
    object.objection.set_law("Anti-Money Laundering Law");
    *object.objection.mutable_until() = ToDate(absl::CivilDay(year, 6, 1));
    return request_.Do(object, Visitor());
  }
  absl::Status Accept(const v1::Notice& notice) {
    return request_.Do(
        DecideObjection{.id = IdIn<NoticeId>(notice.name()), .accepted = true, .reason = "shown"},
        PrivacyOfficer());
  }
  // Its reminders before it is due, and that it is.
  void PassDue(const v1::Notice& notice) {
    const std::string id = IdIn<NoticeId>(notice.name()).ToString();
    for (int reminder = 0; reminder < 2; ++reminder)
      request_.FireTimer(absl::StrCat("notice-reminder-", id));
    request_.FireTimer(absl::StrCat("notice-overdue-", id));
  }
  absl::Status Deliver(const v1::Notice& notice, bool delivered) {
    return request_.Do(RecordNoticeDelivery{.id = IdIn<NoticeId>(notice.name()),
                                            .lane = OutboxLane(notice),
                                            .delivered = delivered,
                                            .attempts = 2,
                                            .code = delivered ? "" : "http-500"},
                       Dispatcher());
  }

  storage::v1::NewNotice LastMadeFor(const std::string& recipient) {
    storage::v1::NewNotice last;
    for (const storage::v1::Event& event : request_.events()) {
      for (const storage::v1::NewNotice& made : event.notices_created().notices()) {
        if (made.recipient() == recipient) last = made;
      }
    }
    return last;
  }

  RequestDriver request_{"deletion"};
};

TEST_F(NoticesTest, EveryRecipientIsToldOnceHoweverOftenItReceived) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  AddDisclosure(request_.facts(), kLogistics, {"orders", "addresses"});
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});

  Confirm();

  ASSERT_EQ(request_.NoticesTo(kLogistics).size(), 1u);
  EXPECT_THAT(request_.NoticeTo(kLogistics).categories(), ElementsAre("addresses", "orders"));
  EXPECT_EQ(request_.NoticeTo(kLogistics).scope_version(), 1);
  EXPECT_EQ(request_.NoticesTo(kAdPartner).size(), 1u);
  EXPECT_TRUE(request_.NoticesTo(kPaymentProvider).empty()) << "it received nothing";
}

TEST_F(NoticesTest, NoticesAreMadeInTheDecisionThatBeginsTheErasure) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  request_.FileVerifyAndAssess();
  const size_t before = request_.events().size();
  EXPECT_EQ(request_.record().notices_size(), 0) << "nobody is told of a mere plan";

  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());

  std::set<int> made;
  for (size_t i = before; i < request_.events().size(); ++i) {
    made.insert(request_.events()[i].payload_case());
  }
  EXPECT_TRUE(made.contains(storage::v1::Event::kTasksCreated));
  EXPECT_TRUE(made.contains(storage::v1::Event::kNoticesCreated));
}

TEST_F(NoticesTest, OnlyTheCategoriesThatAreDeletedAreTold) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses", "orders"});
  storage::v1::RequestFiled filed = request_.UsualFiling();
  filed.add_categories("addresses");
  ASSERT_THAT(request_.File(filed), IsOk());
  request_.Verify();
  ASSERT_THAT(request_.Do(AssessRequest(), Caseworker()), IsOk());

  ASSERT_THAT(request_.Do(ConfirmPlan(), Caseworker()), IsOk());

  EXPECT_THAT(request_.NoticeTo(kLogistics).categories(), ElementsAre("addresses"));
}

TEST_F(NoticesTest, RecipientOfACategoryThatNoSystemErasesIsToldAllTheSame) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  std::erase_if(request_.facts().systems,
                [](const v1::DataSystem& system) { return system.name() == kBrowsing; });

  Confirm();

  ASSERT_EQ(request_.NoticesTo(kAdPartner).size(), 1u);
  EXPECT_THAT(request_.NoticeTo(kAdPartner).categories(), ElementsAre("browsing"));
}

TEST_F(NoticesTest, TermsDependOnTheRelationAndProcessorsAreInstructed) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request_.facts(), kOverseasSeller, {"orders"});

  Confirm();

  const auto due = [&](const char* recipient) {
    return FromTimestamp(request_.NoticeTo(recipient).due_time());
  };
  EXPECT_EQ(due(kLogistics), ShopTime(absl::CivilSecond(2026, 3, 10)));
  EXPECT_EQ(due(kAdPartner), ShopTime(absl::CivilSecond(2026, 3, 13)));
  EXPECT_EQ(due(kOverseasSeller), ShopTime(absl::CivilSecond(2026, 3, 18)));
  EXPECT_TRUE(request_.NoticeTo(kLogistics).instruction());
  EXPECT_FALSE(request_.NoticeTo(kOverseasSeller).instruction());
}

TEST_F(NoticesTest, IndependentControllerWithTheSubjectsOwnAuthorisationIsExempt) {
  AddAuthorisedDisclosure(request_.facts(), kPaymentProvider, {"payments"}, {"payments"});

  Answer();

  const v1::Notice notice = request_.NoticeTo(kPaymentProvider);
  EXPECT_EQ(notice.state(), v1::Notice::STATE_EXEMPT);
  EXPECT_EQ(notice.exemption().code(), v1::Exemption::CODE_OWN_AUTHORISATION);
  EXPECT_EQ(notice.exemption().proof(), "agreement 2025-07");
  EXPECT_THAT(notice.exemption().categories(), ElementsAre("payments"));
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED) << "nobody is waited for";
}

TEST_F(NoticesTest, ProcessorIsNeverExemptThatWay) {
  AddAuthorisedDisclosure(request_.facts(), kLogistics, {"addresses"}, {"addresses"});

  Confirm();

  ASSERT_EQ(request_.NoticesTo(kLogistics).size(), 1u);
  EXPECT_EQ(request_.NoticeTo(kLogistics).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticesTest, JointControllerIsNeverExemptThatWay) {
  AddAuthorisedDisclosure(request_.facts(), kAdPartner, {"browsing"}, {"browsing"});

  Confirm();

  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticesTest, ExemptionReachesOnlyAsFarAsTheAuthorisation) {
  AddAuthorisedDisclosure(request_.facts(), kPaymentProvider, {"payments", "account"},
                          {"payments"});

  Confirm();

  const std::vector<v1::Notice> notices = request_.NoticesTo(kPaymentProvider);
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(notices[0].state(), v1::Notice::STATE_PENDING);
  EXPECT_THAT(notices[0].categories(), ElementsAre("account"));
  EXPECT_EQ(notices[1].state(), v1::Notice::STATE_EXEMPT);
  EXPECT_THAT(notices[1].categories(), ElementsAre("payments"));
  EXPECT_NE(notices[0].scope_version(), notices[1].scope_version());
}

TEST_F(NoticesTest, RecipientThatIsNoLongerRegisteredIsToldWithoutAnExemption) {
  AddAuthorisedDisclosure(request_.facts(), "recipients/gone", {"orders"}, {"orders"});

  Confirm();

  EXPECT_EQ(request_.NoticeTo("recipients/gone").state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticesTest, DisclosureRecordedAfterThePlanIsToldWhenATaskCompletes) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  Confirm();
  AddDisclosure(request_.facts(), kOverseasSeller, {"orders"});
  AddDisclosure(request_.facts(), kAdPartner, {"search"});
  ASSERT_TRUE(request_.NoticesTo(kOverseasSeller).empty());

  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_EQ(request_.NoticesTo(kOverseasSeller).size(), 1u);
  ASSERT_EQ(request_.NoticesTo(kAdPartner).size(), 2u);
  EXPECT_EQ(request_.NoticeTo(kAdPartner).scope_version(), 2);
  EXPECT_THAT(request_.NoticeTo(kAdPartner).categories(), ElementsAre("search"));
  EXPECT_EQ(request_.request().state(), "answered");
}

TEST_F(NoticesTest, IdsStayTheSameWhenTheDecisionIsMadeAgain) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  RequestDriver again("deletion");
  AddDisclosure(again.facts(), kAdPartner, {"browsing"});

  Confirm();
  again.FileVerifyAndAssess();
  ASSERT_THAT(again.Do(ConfirmPlan(), Caseworker()), IsOk());

  EXPECT_EQ(request_.NoticeTo(kAdPartner).name(), again.NoticeTo(kAdPartner).name());
}

TEST_F(NoticesTest, NoticeIsSentAcknowledgedAndCompletedInTurn) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  ASSERT_THAT(Deliver(notice, true), IsOk());
  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_SENT);
  EXPECT_THAT(request_.CompleteNoticeOf(notice), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  ASSERT_THAT(request_.Acknowledge(notice), IsOk());
  ASSERT_THAT(request_.Acknowledge(notice), IsOk()) << "saying it twice is no error";

  ASSERT_THAT(request_.CompleteNoticeOf(notice), IsOk());

  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_COMPLETED);
  EXPECT_EQ(request_.NoticeTo(kAdPartner).records(), 4);
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_THAT(request_.CompleteNoticeOf(notice), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(NoticesTest, NegativeCountIsRefused) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  ASSERT_THAT(request_.Acknowledge(notice), IsOk());

  EXPECT_THAT(
      request_.Do(CompleteNotice{.id = IdIn<NoticeId>(notice.name()), .records = -1}, Visitor()),
      ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(NoticesTest, ObjectionHoldsTheDutyOffUntilItsDayIsOver) {
  AddDisclosure(request_.facts(), kPaymentProvider, {"payments"});
  Answer();

  ASSERT_THAT(Object(request_.NoticeTo(kPaymentProvider)), IsOk());
  ASSERT_THAT(Accept(request_.NoticeTo(kPaymentProvider)), IsOk());

  const v1::Notice objected = request_.NoticeTo(kPaymentProvider);
  EXPECT_EQ(objected.state(), v1::Notice::STATE_OBJECTED);
  EXPECT_EQ(objected.objection().law(), "Anti-Money Laundering Law");
  EXPECT_EQ(request_.request().phase(), v1::PHASE_FOLLOW_UP);

  request_.FireTimer(absl::StrCat("notice-objection-", IdIn<NoticeId>(objected.name()).ToString()));
  const v1::Notice again = request_.NoticeTo(kPaymentProvider);
  EXPECT_NE(again.name(), objected.name());
  EXPECT_EQ(again.state(), v1::Notice::STATE_PENDING);
  ASSERT_THAT(request_.Do(AcknowledgeNotice{.id = IdIn<NoticeId>(again.name())}, Visitor()),
              IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(again), IsOk());
  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
}

TEST_F(NoticesTest, ObjectionWithoutADayEndsTheDuty) {
  AddDisclosure(request_.facts(), kPaymentProvider, {"payments"});
  Answer();
  ObjectToNotice object{.id = IdIn<NoticeId>(request_.NoticeTo(kPaymentProvider).name())};
  object.objection.set_ground("retention");
  object.objection.set_law("Anti-Money Laundering Law");

  ASSERT_THAT(request_.Do(object, Visitor()), IsOk());
  EXPECT_EQ(request_.request().phase(), v1::PHASE_FOLLOW_UP) << "nobody accepted it yet";
  ASSERT_THAT(Accept(request_.NoticeTo(kPaymentProvider)), IsOk());

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
}

TEST_F(NoticesTest, FinalErasureTellsAgainOnlyWhoObjectedUntilThen) {
  const RecordId disclosed = AddDisclosure(request_.facts(), kPaymentProvider, {"orders"});
  AddDisclosure(request_.facts(), kOverseasSeller, {"orders"});
  AddDisclosure(request_.facts(), kLogistics, {"orders"});
  AnswerKeepingAnOrder();
  ASSERT_THAT(Object(request_.NoticeTo(kPaymentProvider), 2026), IsOk());
  ASSERT_THAT(Object(request_.NoticeTo(kOverseasSeller), 2036), IsOk());
  ASSERT_THAT(request_.Acknowledge(request_.NoticeTo(kLogistics)), IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(request_.NoticeTo(kLogistics)), IsOk());

  request_.FireTimer("retention-end");
  request_.CompleteAll(v1::TASK_KIND_ERASE);

  ASSERT_EQ(request_.NoticesTo(kPaymentProvider).size(), 2u);
  EXPECT_EQ(request_.NoticeTo(kPaymentProvider).scope_version(), 2);
  EXPECT_EQ(request_.NoticesTo(kOverseasSeller).size(), 1u) << "its own law still keeps it";
  EXPECT_EQ(request_.NoticesTo(kLogistics).size(), 1u) << "it has deleted";
  EXPECT_EQ(request_.request().state(), "answered");
  EXPECT_THAT(LastMadeFor(kPaymentProvider).disclosure_ids(),
              ElementsAre(std::string(disclosed.bytes())))
      << "without them it would not know whom to delete";
}

TEST_F(NoticesTest, FinalErasureTellsWhoReceivedDataSince) {
  AnswerKeepingAnOrder();
  ASSERT_TRUE(request_.NoticesTo(kLogistics).empty());
  AddDisclosure(request_.facts(), kLogistics, {"orders"});

  request_.FireTimer("retention-end");
  request_.CompleteAll(v1::TASK_KIND_ERASE);

  EXPECT_EQ(request_.NoticesTo(kLogistics).size(), 1u);
}

TEST_F(NoticesTest, ObjectionToWhatIsAlreadyDoneIsTooLate) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  ASSERT_THAT(request_.Acknowledge(notice), IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(notice), IsOk());

  EXPECT_THAT(Object(notice), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(NoticesTest, OneSilentRecipientKeepsTheRequestOpenAndBecomesOverdue) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  Answer();
  ASSERT_THAT(request_.Acknowledge(request_.NoticeTo(kAdPartner)), IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(request_.NoticeTo(kAdPartner)), IsOk());

  PassDue(request_.NoticeTo(kLogistics));

  EXPECT_TRUE(request_.NoticeTo(kLogistics).overdue());
  EXPECT_FALSE(request_.NoticeTo(kAdPartner).overdue());
  EXPECT_EQ(request_.request().state(), "answered");
}

TEST_F(NoticesTest, OverdueNoticeMayStillBeCompleted) {
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kLogistics);
  PassDue(notice);

  ASSERT_THAT(request_.Acknowledge(notice), IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(notice), IsOk());

  EXPECT_EQ(request_.request().phase(), v1::PHASE_CLOSED);
  EXPECT_TRUE(request_.NoticeTo(kLogistics).overdue()) << "late stays late";
}

TEST_F(NoticesTest, CompletingEndsTheNoticesTimer) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  const std::string timer =
      absl::StrCat("notice-reminder-", IdIn<NoticeId>(notice.name()).ToString());
  ASSERT_NE(request_.TimerDueAt(timer), absl::InfinitePast());

  ASSERT_THAT(request_.Acknowledge(notice), IsOk());
  ASSERT_THAT(request_.CompleteNoticeOf(notice), IsOk());

  EXPECT_EQ(request_.TimerDueAt(timer), absl::InfinitePast());
}

TEST_F(NoticesTest, FailedDeliveryIsSeenAndMayBeRetried) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  const RetryNotice retry{.id = IdIn<NoticeId>(notice.name())};
  ASSERT_THAT(request_.Do(retry, Caseworker()), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));

  ASSERT_THAT(Deliver(notice, false), IsOk());
  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_FAILED);
  EXPECT_EQ(request_.request().progress().notices_outstanding(), 1);
  ASSERT_THAT(request_.Do(retry, Caseworker()), IsOk());

  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticesTest, DeliveryRecordedAfterTheRecipientAnsweredTakesNothingBack) {
  AddDisclosure(request_.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request_.facts(), kLogistics, {"addresses"});
  Answer();
  const v1::Notice notice = request_.NoticeTo(kAdPartner);
  ASSERT_THAT(request_.Acknowledge(notice), IsOk());

  ASSERT_THAT(Deliver(notice, true), IsOk());
  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_ACKNOWLEDGED);
  ASSERT_THAT(request_.CompleteNoticeOf(notice), IsOk());
  ASSERT_THAT(Deliver(notice, false), IsOk());

  EXPECT_EQ(request_.NoticeTo(kAdPartner).state(), v1::Notice::STATE_COMPLETED);
}

TEST_F(NoticesTest, UnknownNoticeIsNotFound) {
  Confirm();
  const NoticeId unknown = NoticeId::Derive(request_.now(), {"unknown"});

  EXPECT_THAT(request_.Do(AcknowledgeNotice{.id = unknown}, Visitor()),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(NoticesTest, MessageDeliveryIsRecordedOnce) {
  request_.FileUsual();
  const MessageId id = IdIn<MessageId>(request_.record().messages(0).name());
  const RecordMessageDelivery sent{.id = id, .attempts = 1, .text_sha256 = std::string(32, 't')};
  const RecordMessageDelivery failed{
      .id = id, .outcome = RecordMessageDelivery::Outcome::kFailed, .attempts = 9};

  ASSERT_THAT(request_.Do(sent, Dispatcher()), IsOk());
  ASSERT_THAT(request_.Do(failed, Dispatcher()), IsOk());

  EXPECT_EQ(request_.record().messages(0).state(), v1::Message::STATE_SENT);
}

}  // namespace
}  // namespace dsr
