// Several clocks, extensions, pauses, and dates that a calendar was missing for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;
using ::testing::IsEmpty;

absl::Time OnDayAt(int month, int day, int hour = 0) {
  return ShopTime(absl::CivilSecond(2026, month, day, hour, 0, 0));
}

// Access requests also from Germany, where the month of the GDPR counts beside the 15 days.
std::shared_ptr<const Rulebook> WithGermanClock() {
  return WithPolicy(*ShopRulebook("access"), [](v1::Policy& policy) {
    v1::ClockRule& clock = *policy.add_clocks();
    clock.set_profile("gdpr-one-month");
    clock.add_regions("DE");
  });
}

// Where nothing but the month of the GDPR counts, which can be extended by two.
std::shared_ptr<const Rulebook> WithExtensibleMonth() {
  return WithPolicy(*ShopRulebook("access"), [](v1::Policy& policy) {
    for (v1::DeadlineProfile& profile : *policy.mutable_deadline_profiles()) {
      if (profile.name() != "gdpr-one-month") continue;
      profile.clear_time_zone();
    }
    policy.set_deadline_profile("gdpr-one-month");
  });
}

std::shared_ptr<const Rulebook> WithPauseIn(const std::string& state) {
  return WithPolicy(*ShopRulebook("access"), [&](v1::Policy& policy) {
    policy.mutable_deadline_profiles(0)->add_pausing_states(state);
  });
}

ExtendDeadline Extension() {
  ExtendDeadline extend;
  extend.moved.set_reason("");
  return extend;
}

TEST(SeveralClocksTest, TheEarliestCountsAndEachTellsHowItCameAbout) {
  RequestDriver request(WithGermanClock());
  storage::v1::RequestFiled filed = request.UsualFiling();
  filed.set_region("DE-BY");
  ASSERT_THAT(request.File(filed), IsOk());

  ASSERT_EQ(request.request().clocks_size(), 2);
  const v1::DeadlineClock& own = request.request().clocks(0);
  const v1::DeadlineClock& german = request.request().clocks(1);
  EXPECT_EQ(own.profile(), "cn-15-days");
  EXPECT_EQ(own.length(), "15 civil days");
  EXPECT_EQ(own.calendar_version(), "cn-1");
  EXPECT_EQ(own.receipt_day().day(), 2);
  EXPECT_EQ(own.last_day().day(), 17);
  EXPECT_EQ(german.profile(), "gdpr-one-month");
  EXPECT_EQ(german.time_zone(), "Europe/Brussels");
  EXPECT_EQ(FromTimestamp(request.request().due_time()), FromTimestamp(own.due_time()));
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(3, 18));
  // 2 April is the last day of the month; it is a Thursday.
  EXPECT_EQ(request.request().statutory_outer_day().day(), 2);
}

TEST(SeveralClocksTest, AClockOfAnotherRegionDoesNotRun) {
  RequestDriver request(WithGermanClock());
  storage::v1::RequestFiled filed = request.UsualFiling();
  filed.set_region("DEU");
  ASSERT_THAT(request.File(filed), IsOk());

  EXPECT_EQ(request.request().clocks_size(), 1);
}

TEST(SeveralClocksTest, TheTargetIsBeforeTheLegalDate) {
  RequestDriver request("access");
  request.FileUsual();

  EXPECT_EQ(FromTimestamp(request.request().target_time()), OnDayAt(3, 15));
}

TEST(SeveralClocksTest, WhatIsLinkedGoesOnCountingFromTheReceiptOfTheFirst) {
  v1::Request linked;
  *linked.mutable_received_time() = ToTimestamp(OnDayAt(3, 10));
  *linked.add_clocks()->mutable_received_time() = ToTimestamp(OnDayAt(3, 2));

  EXPECT_EQ(BasisOf(linked).received, OnDayAt(3, 2));
}

TEST(ExtensionTest, MovesTheDateOnceTellsWhyAndBeginsTheRemindersAnew) {
  RequestDriver request(WithExtensibleMonth());
  request.FileAndVerify();
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(4, 3));
  request.FireTimer("reminder");
  ASSERT_EQ(request.request().escalation_level(), 1);

  ASSERT_THAT(request.Do(Extension(), PrivacyOfficer()), IsOk());

  // 2 June: two months after the last day of the first.
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(6, 3));
  EXPECT_EQ(request.TimerDueAt("reminder"), OnDayAt(5, 29));
  EXPECT_EQ(request.request().escalation_level(), 0);
  EXPECT_EQ(request.request().extension().extended_by(), PrivacyOfficer().name);
  EXPECT_EQ(request.Messages("deadline-extended"), 1);
  EXPECT_THAT(request.Do(Extension(), PrivacyOfficer()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST(ExtensionTest, IsRefusedWhereTheProfileKnowsNone) {
  RequestDriver request("access");
  request.FileAndVerify();

  EXPECT_THAT(request.Do(Extension(), PrivacyOfficer()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(3, 18));
}

TEST(ExtensionTest, IsRefusedWhenTheEarlierClockWouldStay) {
  RequestDriver request(WithGermanClock());
  storage::v1::RequestFiled filed = request.UsualFiling();
  filed.set_region("DE");
  ASSERT_THAT(request.File(filed), IsOk());

  EXPECT_THAT(request.Do(Extension(), PrivacyOfficer()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST(ExtensionTest, ComesTooLateAtTheDueInstantAndTheBreachStays) {
  RequestDriver request(WithExtensibleMonth());
  request.FileAndVerify();
  request.AdvanceTo(OnDayAt(4, 3));

  EXPECT_THAT(request.Do(Extension(), PrivacyOfficer()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_TRUE(request.request().breached());
}

TEST(PauseTest, NoShippedProfileStandsStill) {
  RequestDriver request("access");
  request.FileAndVerify();

  EXPECT_FALSE(request.state().has_paused_since());
  EXPECT_EQ(request.Count(Event::kClockPaused), 0);
}

TEST(PauseTest, DaysThatEndWhileTheTimeStandsStillDoNotCount) {
  RequestDriver request(WithPauseIn("assessing"));
  request.FileAndVerify();
  ASSERT_TRUE(request.state().has_paused_since());
  request.AdvanceTo(OnDayAt(3, 6, 12));

  ASSERT_THAT(request.Do(AssessRequest(), Caseworker()), IsOk());

  // The 2nd to the 5th ended in the state: four days.
  EXPECT_FALSE(request.state().has_paused_since());
  EXPECT_EQ(request.request().clocks(0).paused_days(), 4);
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(3, 22));
}

TEST(PauseTest, NothingIsDueWhileTheTimeStandsStill) {
  RequestDriver request(WithPauseIn("assessing"));
  request.FileAndVerify();
  request.AdvanceTo(OnDayAt(3, 20));

  request.FireDueTimers();

  EXPECT_FALSE(request.request().breached());
  EXPECT_EQ(request.request().escalation_level(), 0);
  EXPECT_TRUE(request.state().has_paused_since());
  // The 2nd to the 19th did not count: 18 days.
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(4, 5));
}

TEST(PauseTest, TheStateThatARequestBeginsInMayPauseToo) {
  RequestDriver request(WithPauseIn("verifying"));
  request.FileUsual();

  EXPECT_TRUE(request.state().has_paused_since());
}

TEST(PauseTest, AStateLeftOnTheDayItWasEnteredCostsNothing) {
  RequestDriver request(WithPauseIn("assessing"));
  request.FileAndVerify();

  ASSERT_THAT(request.Do(AssessRequest(), Caseworker()), IsOk());

  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(3, 18));
}

// A calendar of 15 working days that ends with February.
class RecountTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const Rulebook> Counting(
      const std::function<void(v1::Calendar&)>& change) {
    return WithPolicy(
        *ShopRulebook("access"),
        [](v1::Policy& policy) { policy.set_deadline_profile("cn-15-working-days"); }, change);
  }
  static std::shared_ptr<const Rulebook> Before() {
    return Counting(
        [](v1::Calendar& calendar) { calendar.mutable_known()->mutable_last()->set_year(2025); });
  }
  static std::shared_ptr<const Rulebook> After(int offset_day) {
    return Counting([&](v1::Calendar& calendar) {
      calendar.set_version(calendar.version() + 1);
      v1::DayRange& off = *calendar.add_off();
      off.mutable_first()->set_year(2026);
      off.mutable_first()->set_month(3);
      off.mutable_first()->set_day(offset_day);
    });
  }

  absl::Status Recount(RequestDriver& request, const Rulebook& in_force) {
    DecisionContext context = request.ContextFor(Scheduler());
    context.in_force = &in_force;
    const Decision decision =
        Decide(request.rulebook(), request.record(), RecountDeadline(), context);
    events_ = EventsOf(decision);
    record_ = request.record();
    for (const Event& event : events_) Evolve(record_, event);
    return absl::OkStatus();
  }
  const v1::Request& recounted() const { return record_.state().request(); }

  std::vector<Event> events_;
  storage::v1::RequestRecord record_;
};

TEST_F(RecountTest, ADateBeyondTheCalendarIsProvisional) {
  RequestDriver request(Before());
  request.FileUsual();

  EXPECT_TRUE(request.request().clocks(0).provisional());
  EXPECT_EQ(request.TimerDueAt("deadline"), OnDayAt(3, 24));
}

TEST_F(RecountTest, ALaterDateComesWithAWordAboutIt) {
  RequestDriver request(Before());
  request.FileUsual();

  ASSERT_THAT(Recount(request, *After(10)), IsOk());

  EXPECT_EQ(FromTimestamp(recounted().due_time()), OnDayAt(3, 25));
  EXPECT_FALSE(recounted().clocks(0).provisional());
  EXPECT_EQ(recounted().clocks(0).calendar_version(), "cn-2");
  // Later moves count by it as well.
  EXPECT_TRUE(events_[0].deadline_moved().has_calendar());
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(events_[0].deadline_moved().cause(), v1::DEADLINE_CHANGE_CALENDAR);
  EXPECT_EQ(events_[1].message_queued().template_(), "deadline-recounted");
}

TEST_F(RecountTest, TheSameDateIsNoLongerProvisionalAndNobodyIsTold) {
  RequestDriver request(Before());
  request.FileUsual();

  // Beyond the 15 days: nothing moves.
  ASSERT_THAT(Recount(request, *After(30)), IsOk());

  EXPECT_EQ(FromTimestamp(recounted().due_time()), OnDayAt(3, 24));
  EXPECT_FALSE(recounted().clocks(0).provisional());
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(RecountTest, ABreachStaysWhateverTheCalendarSays) {
  RequestDriver request(Before());
  request.FileAndVerify();
  request.FireTimer("deadline");

  ASSERT_THAT(Recount(request, *After(10)), IsOk());

  EXPECT_THAT(events_, IsEmpty());
  EXPECT_TRUE(recounted().breached());
}

TEST_F(RecountTest, ADateThatWasNotProvisionalIsNotCountedAnew) {
  RequestDriver request(Counting(nullptr));
  request.FileUsual();

  ASSERT_THAT(Recount(request, *After(10)), IsOk());

  EXPECT_THAT(events_, IsEmpty());
}

TEST(BreachTest, IsOfTheStoredDateHoweverLateItIsNoticed) {
  RequestDriver request("access");
  request.FileAndVerify();
  request.AdvanceTo(OnDayAt(4, 1));

  request.FireDueTimers();

  EXPECT_EQ(FromTimestamp(request.request().breach_time()), OnDayAt(3, 18));
  EXPECT_EQ(request.request().escalation_role(), "privacy_officer");
}

TEST(BreachTest, WhatIsLinkedToAnOverdueRequestWasNotFiledLate) {
  const auto ask = [](RequestDriver& request) {
    storage::v1::RequestFiled filed = request.UsualFiling();
    filed.set_content_key("the same question");
    filed.set_requester_key("the same address");
    return request.File(filed);
  };
  RequestDriver first("policy-question");
  ASSERT_THAT(ask(first), IsOk());
  RequestDriver again("policy-question");
  again.AdvanceTo(FromTimestamp(first.request().due_time()) + absl::Hours(24));
  again.facts().siblings = {first.record().state()};
  ASSERT_THAT(ask(again), IsOk());
  ASSERT_EQ(again.request().duplicate_of(), first.request().name());

  again.FireDueTimers();

  EXPECT_TRUE(again.request().breached());
  EXPECT_EQ(again.request().breach_cause(), v1::BREACH_CAUSE_OTHER_REQUEST);
}

TEST(BreachTest, TellsWhatWasWaitedFor) {
  RequestDriver unassessed("access");
  unassessed.FileAndVerify();
  unassessed.FireTimer("deadline");
  EXPECT_EQ(unassessed.request().breach_cause(), v1::BREACH_CAUSE_STAFF);

  RequestDriver collecting("access");
  collecting.FileVerifyAndAssess();
  collecting.FireTimer("deadline");
  EXPECT_EQ(collecting.request().breach_cause(), v1::BREACH_CAUSE_DATA_SYSTEM);
  EXPECT_FALSE(collecting.request().breach_systems().empty());

  RequestDriver late("access");
  storage::v1::RequestFiled filed = late.UsualFiling();
  *filed.mutable_received_time() = ToTimestamp(OnDayAt(2, 1));
  ASSERT_THAT(late.File(filed), IsOk());
  late.FireDueTimers();
  EXPECT_EQ(late.request().breach_cause(), v1::BREACH_CAUSE_FILED_LATE);

  RequestDriver refusing("access");
  refusing.FileAndVerify();
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  ASSERT_THAT(refusing.Do(refusal, Caseworker()), IsOk());
  refusing.FireTimer("deadline");
  EXPECT_EQ(refusing.request().breach_cause(), v1::BREACH_CAUSE_APPROVAL);
}

TEST(TeamTest, IsTheFirstThatFitsAtFiling) {
  RequestDriver complaint("complaint");
  complaint.FileUsual();
  EXPECT_EQ(complaint.request().team(), "personal-information-protection");

  RequestDriver access("access");
  access.FileUsual();
  EXPECT_EQ(access.request().team(), "customer-service");
  ASSERT_THAT(access.Do(AssignRequest{.assignee = "chen", .team = "europe"}, Caseworker()), IsOk());
  EXPECT_EQ(access.request().team(), "europe");
  ASSERT_THAT(access.Do(AssignRequest{.assignee = "bao"}, Caseworker()), IsOk());
  EXPECT_EQ(access.request().team(), "europe");
}

TEST(HandOverTest, IsForWhoeverWorksOnItAndForThePrivacyOfficer) {
  RequestDriver request("access");
  request.FileAndVerify();
  ASSERT_THAT(request.Do(AssignRequest{.assignee = Caseworker().name}, Caseworker()), IsOk());
  HandOverRequest hand_over;
  hand_over.assigned.set_assignee("bao");

  EXPECT_THAT(request.Do(hand_over, OtherCaseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  EXPECT_THAT(request.Do(hand_over, Caseworker()), IsOk());
  EXPECT_EQ(request.request().assignee(), "bao");
  EXPECT_THAT(request.Do(hand_over, PrivacyOfficer()), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

}  // namespace
}  // namespace dsr
