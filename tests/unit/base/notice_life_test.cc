#include "dsr/base/notice_life.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dsr {
namespace {

using State = v1::Notice::State;

v1::Notice In(State state) {
  v1::Notice notice;
  notice.set_recipient("recipients/ads");
  notice.set_state(state);
  if (state == v1::Notice::STATE_OBJECTED)
    notice.mutable_objection()->set_state(v1::Objection::STATE_WAITING);
  return notice;
}

// The states in which a step may be taken, of notices that are not overdue.
std::set<State> StatesThatAllow(NoticeStep step) {
  std::set<State> states;
  for (int state = v1::Notice::State_MIN + 1; state < v1::Notice::State_ARRAYSIZE; ++state) {
    if (Allows(In(static_cast<State>(state)), step)) states.insert(static_cast<State>(state));
  }
  return states;
}

const State kPending = v1::Notice::STATE_PENDING;
const State kSent = v1::Notice::STATE_SENT;
const State kAcknowledged = v1::Notice::STATE_ACKNOWLEDGED;
const State kObjected = v1::Notice::STATE_OBJECTED;
const State kFailed = v1::Notice::STATE_FAILED;

TEST(NoticeLifeTest, EachStepBelongsToItsStates) {
  using States = std::set<State>;
  const States open = {kPending, kSent, kAcknowledged, kObjected, kFailed};
  // Its recipient may fetch one that could not be brought to it.
  EXPECT_EQ(StatesThatAllow(NoticeStep::kDeliver), (States{kPending, kFailed}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kGiveUp), (States{kPending}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kAcknowledge), open);
  EXPECT_EQ(StatesThatAllow(NoticeStep::kComplete), (States{kAcknowledged, kObjected}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kObject), open);
  EXPECT_EQ(StatesThatAllow(NoticeStep::kDecide), (States{kObjected}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kRetry), (States{kFailed}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kResend), (States{kSent, kAcknowledged, kFailed}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kRemind), (States{kSent, kAcknowledged, kFailed}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kSupersede), (States{kPending, kFailed}));
  EXPECT_EQ(StatesThatAllow(NoticeStep::kDeclareImpossible), (States{kFailed}));
}

TEST(NoticeLifeTest, AnObjectionEndsTheDutyOnlyOnceItIsAccepted) {
  v1::Notice notice = In(kObjected);
  EXPECT_FALSE(HasEnded(notice));
  EXPECT_TRUE(NeedsPerson(notice));

  notice.mutable_objection()->set_state(v1::Objection::STATE_ACCEPTED);
  EXPECT_TRUE(HasEnded(notice));
  EXPECT_FALSE(NeedsPerson(notice));
}

TEST(NoticeLifeTest, AnOverdueNoticeNeedsAPersonUntilItEnds) {
  v1::Notice notice = In(kSent);
  EXPECT_FALSE(NeedsPerson(notice));
  notice.set_overdue(true);
  EXPECT_TRUE(NeedsPerson(notice));
  EXPECT_TRUE(Allows(notice, NoticeStep::kDeclareImpossible));
  notice.set_state(v1::Notice::STATE_COMPLETED);
  EXPECT_FALSE(NeedsPerson(notice));
}

TEST(NoticeLifeTest, DeliveryIsAwaitedByWhatWasNeverDeliveredOrIsToBeAgain) {
  EXPECT_TRUE(AwaitsDelivery(In(kPending)));
  EXPECT_FALSE(AwaitsDelivery(In(kAcknowledged)));
  EXPECT_FALSE(AwaitsDelivery(In(kFailed)));

  v1::Notice reminded = In(kAcknowledged);
  reminded.set_redelivery(true);
  EXPECT_TRUE(AwaitsDelivery(reminded));
  v1::Notice tried_daily = In(kFailed);
  tried_daily.mutable_next_attempt_time()->set_seconds(1);
  EXPECT_TRUE(AwaitsDelivery(tried_daily));
  tried_daily.set_state(v1::Notice::STATE_IMPOSSIBLE);
  EXPECT_FALSE(AwaitsDelivery(tried_daily));
}

TEST(NoticeLifeTest, TheFallbackHasALaneOfItsOwn) {
  v1::Notice notice = In(kPending);
  EXPECT_EQ(OutboxLane(notice), "recipients/ads");
  notice.set_by_fallback(true);
  EXPECT_EQ(OutboxLane(notice), "recipients/ads/fallback");
}

}  // namespace
}  // namespace dsr
