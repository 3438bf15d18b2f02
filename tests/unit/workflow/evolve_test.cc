#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/message_differencer.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using google::protobuf::util::MessageDifferencer;
using storage::v1::Event;
using storage::v1::RequestRecord;

// An event of each payload, otherwise empty.
std::vector<Event> EmptyEvents() {
  std::vector<Event> events;
  const auto* payload = Event::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) {
    Event& event = events.emplace_back();
    event.GetReflection()->MutableMessage(&event, payload->field(i));
    event.set_sequence(i + 1);
  }
  return events;
}

TEST(EvolveTest, TakesEveryPayloadOnAnEmptyRecord) {
  for (const Event& event : EmptyEvents()) {
    RequestRecord record;

    Evolve(record, event);

    EXPECT_EQ(record.state().version(), event.sequence()) << event.payload_case();
  }
}

TEST(EvolveTest, TakesEveryPayloadAfterAWholeRequest) {
  RequestDriver request("deletion");
  request.FileVerifyAndAssess();
  for (const Event& event : EmptyEvents()) {
    RequestRecord record = request.record();

    Evolve(record, event);

    EXPECT_EQ(record.state().request().etag(), "v" + std::to_string(event.sequence()));
  }
}

// A notice that was sent, with an objection that a receipt proves.
class NoticeAnswersTest : public ::testing::Test {
 protected:
  NoticeAnswersTest() {
    storage::v1::NoticesCreated created;
    created.add_notices()->set_notice_id(id_);
    created.mutable_notices(0)->set_recipient("recipients/ads");
    *Next().mutable_notices_created() = created;
    Apply();
    storage::v1::NoticeObjected& objected = *Next().mutable_notice_objected();
    objected.set_notice_id(id_);
    objected.mutable_objection()->set_state(v1::Objection::STATE_WAITING);
    objected.mutable_receipt()->set_signature("of the objection");
    Apply();
  }

  Event& Next() {
    event_.Clear();
    event_.set_sequence(record_.state().version() + 1);
    return event_;
  }
  void Apply() { Evolve(record_, event_); }
  const v1::Notice& notice() { return record_.notices(0); }

  const std::string id_ = std::string(16, 'n');
  RequestRecord record_;
  Event event_;
};

TEST_F(NoticeAnswersTest, AReceiptIsOfOneAnswerAndNotOfTheNext) {
  ASSERT_TRUE(notice().has_receipt());
  Next().mutable_notice_objection_decided()->set_notice_id(id_);
  Apply();
  Next().mutable_notice_completed()->set_notice_id(id_);
  Apply();

  EXPECT_EQ(notice().state(), v1::Notice::STATE_COMPLETED);
  EXPECT_FALSE(notice().has_receipt());
  EXPECT_EQ(notice().objection().state(), v1::Objection::STATE_REJECTED);
}

TEST_F(NoticeAnswersTest, AResendGoesTheUsualWayUnlessTheFallbackIsAskedFor) {
  Next().mutable_notice_resent()->set_notice_id(id_);
  event_.mutable_notice_resent()->set_by_fallback(true);
  Apply();
  EXPECT_TRUE(notice().by_fallback());

  Next().mutable_notice_resent()->set_notice_id(id_);
  Apply();
  EXPECT_FALSE(notice().by_fallback());
  EXPECT_TRUE(notice().redelivery());
}

TEST_F(NoticeAnswersTest, WhatOneCompanyAnsweredIsNotItsSuccessors) {
  Next().mutable_notice_moved()->set_notice_id(id_);
  event_.mutable_notice_moved()->set_recipient("recipients/successor");
  Apply();

  EXPECT_EQ(notice().recipient(), "recipients/successor");
  EXPECT_FALSE(notice().has_receipt());
  EXPECT_FALSE(notice().has_objection());
  EXPECT_EQ(notice().answer_evidence(), "");
}

TEST_F(NoticeAnswersTest, KeepsWhomItWasForAndHowTheyDid) {
  const auto at = [&](int64_t seconds) { event_.mutable_time()->set_seconds(seconds); };
  // Told again after its objection, and acknowledged again: what counts is the first time.
  Next().mutable_notice_acknowledged()->set_notice_id(id_);
  at(10);
  Apply();
  Next().mutable_notice_acknowledged()->set_notice_id(id_);
  at(20);
  Apply();
  for (const int64_t taken_over : {30, 40}) {
    Next().mutable_notice_moved()->set_notice_id(id_);
    event_.mutable_notice_moved()->set_recipient("recipients/successor");
    event_.mutable_notice_moved()->mutable_due_time()->set_seconds(taken_over + 100);
    at(taken_over);
    Apply();
  }

  ASSERT_THAT(notice().former_recipients(), ::testing::SizeIs(2));
  const v1::FormerRecipient& first = notice().former_recipients(0);
  EXPECT_EQ(first.recipient(), "recipients/ads");
  EXPECT_EQ(first.end_time().seconds(), 30);
  EXPECT_EQ(first.acknowledge_time().seconds(), 10);
  const v1::FormerRecipient& second = notice().former_recipients(1);
  EXPECT_EQ(second.recipient(), "recipients/successor");
  EXPECT_EQ(second.begin_time().seconds(), 30);
  EXPECT_EQ(second.end_time().seconds(), 40);
  EXPECT_EQ(second.due_time().seconds(), 130);
  EXPECT_FALSE(second.has_acknowledge_time());
}

TEST(EvolveTest, EventWithoutAPayloadMovesOnlyVersionAndTime) {
  RequestDriver request("access");
  request.FileUsual();
  RequestRecord record = request.record();
  Event event;
  event.set_sequence(record.state().version() + 1);
  *event.mutable_time() = ToTimestamp(request.now());

  Evolve(record, event);

  EXPECT_EQ(record.state().version(), request.state().version() + 1);
  EXPECT_EQ(record.tasks_size(), request.record().tasks_size());
  EXPECT_EQ(record.state().request().state(), request.request().state());
}

TEST(EvolveTest, ReadsNoMoreThanTheTaskTheEventIsAbout) {
  RequestDriver request("access");
  request.FileVerifyAndAssess();
  RequestRecord part;
  *part.mutable_state() = request.state();
  const v1::Task task = request.OpenTask(v1::TASK_KIND_COLLECT, kOrders);
  *part.add_tasks() = task;
  const size_t before = request.events().size();
  ASSERT_THAT(request.Complete(task, RequestDriver::UsualResult(task)), IsOk());

  for (size_t i = before; i < request.events().size(); ++i) Evolve(part, request.events()[i]);

  EXPECT_TRUE(MessageDifferencer::Equals(part.state(), request.state()));
  ASSERT_EQ(part.tasks_size(), 1);
  EXPECT_EQ(part.tasks(0).state(), v1::Task::STATE_COMPLETED);
}

TEST(EvolveTest, ReadsNoMoreThanTheNoticeTheEventIsAbout) {
  RequestDriver request("deletion");
  AddDisclosure(request.facts(), kAdPartner, {"browsing"});
  AddDisclosure(request.facts(), kLogistics, {"addresses"});
  request.FileVerifyAndAssess();
  ASSERT_THAT(request.Do(ConfirmPlan(), Caseworker()), IsOk());
  RequestRecord part;
  *part.mutable_state() = request.state();
  const v1::Notice notice = request.NoticeTo(kAdPartner);
  *part.add_notices() = notice;
  const size_t before = request.events().size();
  ASSERT_THAT(request.Acknowledge(notice), IsOk());
  ASSERT_THAT(request.CompleteNoticeOf(notice), IsOk());

  for (size_t i = before; i < request.events().size(); ++i) Evolve(part, request.events()[i]);

  EXPECT_TRUE(MessageDifferencer::Equals(part.state(), request.state()));
  EXPECT_EQ(part.notices(0).state(), v1::Notice::STATE_COMPLETED);
}

TEST(EvolveTest, EventAboutWhatTheRecordDoesNotHoldChangesNoneOfItsChildren) {
  RequestDriver request("deletion");
  AddDisclosure(request.facts(), kAdPartner, {"browsing"});
  request.FileVerifyAndAssess();
  ASSERT_THAT(request.Do(ConfirmPlan(), Caseworker()), IsOk());
  Event event;
  event.mutable_notice_completed()->set_notice_id(std::string(16, 'x'));
  RequestRecord record = request.record();

  Evolve(record, event);

  EXPECT_EQ(record.notices(0).state(), v1::Notice::STATE_PENDING);
  EXPECT_EQ(record.state().request().progress().notices_outstanding(), 1);
}

TEST(EvolveTest, CarriesPersonalFieldsOfOpenedEventsAndNothingElseDiffers) {
  RequestDriver request("correction");
  request.FileVerifyAndAssess();
  RequestRecord opened;
  for (Event event : request.events()) {
    if (event.has_request_filed()) {
      event.mutable_request_filed()->set_subject_account("u-17");
      event.mutable_request_filed()->mutable_correction()->mutable_fields(0)->set_proposed_value(
          "Hangzhou");
    }
    if (event.has_field_decided()) event.mutable_field_decided()->set_reason("as the deed says");
    Evolve(opened, event);
  }

  EXPECT_EQ(opened.state().request().subject_account(), "u-17");
  EXPECT_EQ(opened.state().request().correction().fields(0).proposed_value(), "Hangzhou");
  EXPECT_EQ(opened.state().request().correction().fields(0).reason(), "as the deed says");
  ClearPersonal(opened);
  RequestRecord clear = request.record();
  ClearPersonal(clear);
  EXPECT_TRUE(MessageDifferencer::Equals(opened, clear));
}

TEST(EvolveTest, TimerSetAgainReplacesTheOneOfItsName) {
  RequestRecord record;
  for (const int64_t seconds : {100, 200}) {
    Event event;
    event.mutable_timer_set()->set_name("retention-end");
    event.mutable_timer_set()->mutable_due_time()->set_seconds(seconds);
    Evolve(record, event);
  }

  ASSERT_EQ(record.state().timers_size(), 1);
  EXPECT_EQ(record.state().timers(0).due_time().seconds(), 200);
}

TEST(EvolveTest, LeavingAStateEndsItsTimersAndClosingEndsAll) {
  RequestRecord record;
  const auto set = [&](const std::string& name, bool state_scoped) {
    Event event;
    event.mutable_timer_set()->set_name(name);
    event.mutable_timer_set()->set_state_scoped(state_scoped);
    Evolve(record, event);
  };
  set("cutoff", true);
  set("deadline", false);
  Event moved;
  moved.mutable_state_changed()->set_phase(v1::PHASE_WORK);

  Evolve(record, moved);
  ASSERT_EQ(record.state().timers_size(), 1);
  EXPECT_EQ(record.state().timers(0).name(), "deadline");
  moved.mutable_state_changed()->set_phase(v1::PHASE_CLOSED);
  Evolve(record, moved);

  EXPECT_EQ(record.state().timers_size(), 0);
  EXPECT_TRUE(record.state().request().has_close_time());
}

}  // namespace
}  // namespace dsr
