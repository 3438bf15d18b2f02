#include "app/request_moment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dsr {
namespace {

const absl::Time kFiled = absl::FromUnixSeconds(1'780'000'000);

int64_t MicrosAt(double hours) { return absl::ToUnixMicros(kFiled + absl::Hours(hours)); }
absl::Time Hour(double hours) { return kFiled + absl::Hours(hours); }

// Filed at 0, verified at 10, due at 100 and, moved at 50, at 200; answered at 150.
SlaRow MovedRow() {
  SlaRow row;
  row.type = "access";
  row.received = Hour(-5);
  row.answered = Hour(150);
  row.outcome = v1::OUTCOME_FULFILLED;
  const auto enter = [&](v1::Phase phase, double hour) {
    row.course.add_phases()->set_phase(phase);
    row.course.mutable_phases()->rbegin()->set_micros(MicrosAt(hour));
  };
  enter(v1::PHASE_VERIFICATION, 0);
  enter(v1::PHASE_ASSESSMENT, 10);
  enter(v1::PHASE_WORK, 40);
  enter(v1::PHASE_ASSESSMENT, 60);
  enter(v1::PHASE_CLOSED, 150);
  const auto due = [&](double hour, double since) {
    row.course.add_dues()->set_due_micros(MicrosAt(hour));
    row.course.mutable_dues()->rbegin()->set_micros(MicrosAt(since));
  };
  due(100, 0);
  due(200, 50);
  row.course.set_verified_micros(MicrosAt(10));
  row.course.add_owners()->set_owner("kim");
  row.course.mutable_owners(0)->set_micros(MicrosAt(20));
  return row;
}

TEST(RequestMomentTest, BeforeItWasFiledNobodyKnewOfIt) {
  const SlaRow row = MovedRow();
  // It had been received by then, on another channel.
  EXPECT_FALSE(RequestMoment::Of(row, Hour(-1)).has_value());
  EXPECT_TRUE(RequestMoment::Of(row, Hour(0)).has_value());
}

TEST(RequestMomentTest, TellsNothingThatHappenedLater) {
  const SlaRow row = MovedRow();
  const RequestMoment early = *RequestMoment::Of(row, Hour(5));
  EXPECT_FALSE(early.is_verified());
  EXPECT_FALSE(early.is_answered());
  EXPECT_FALSE(early.was_extended());
  EXPECT_EQ(early.due(), Hour(100));
  EXPECT_EQ(early.Owner(), "");
  EXPECT_EQ(early.Phase(), v1::PHASE_VERIFICATION);

  const RequestMoment late = *RequestMoment::Of(row, Hour(151));
  EXPECT_TRUE(late.is_verified());
  EXPECT_TRUE(late.is_answered());
  EXPECT_TRUE(late.was_extended());
  EXPECT_EQ(late.due(), Hour(200));
  EXPECT_EQ(late.Owner(), "kim");
}

TEST(RequestMomentTest, IsBreachedByTheDateThatHeldAndNotByWhatWasRecorded) {
  SlaRow row = MovedRow();
  EXPECT_FALSE(RequestMoment::Of(row, Hour(120))->is_breached());
  EXPECT_FALSE(RequestMoment::Of(row, Hour(500))->is_breached());

  row.answered = absl::InfiniteFuture();
  EXPECT_FALSE(RequestMoment::Of(row, Hour(199))->is_breached());
  EXPECT_TRUE(RequestMoment::Of(row, Hour(200))->is_breached());

  row.answered = Hour(201);
  EXPECT_TRUE(RequestMoment::Of(row, Hour(500))->is_breached());
  EXPECT_FALSE(RequestMoment::Of(row, Hour(500))->is_in_time());
}

TEST(RequestMomentTest, NothingFallsDueWhileTheTimeStandsStill) {
  SlaRow row = MovedRow();
  row.answered = absl::InfiniteFuture();
  row.course.add_pauses()->set_begin_micros(MicrosAt(190));
  EXPECT_FALSE(RequestMoment::Of(row, Hour(300))->is_breached());

  row.course.mutable_pauses(0)->set_end_micros(MicrosAt(250));
  EXPECT_FALSE(RequestMoment::Of(row, Hour(240))->is_breached());
  EXPECT_TRUE(RequestMoment::Of(row, Hour(250))->is_breached());
}

TEST(RequestMomentTest, SumsTheTimeInAPhaseUpToTheAnswer) {
  const SlaRow row = MovedRow();
  const RequestMoment moment = *RequestMoment::Of(row, Hour(500));

  EXPECT_EQ(moment.TimeIn(v1::PHASE_VERIFICATION), absl::Hours(10));
  EXPECT_EQ(moment.TimeIn(v1::PHASE_ASSESSMENT), absl::Hours(30 + 90));
  EXPECT_EQ(moment.TimeIn(v1::PHASE_WORK), absl::Hours(20));
  EXPECT_EQ(moment.TimeIn(v1::PHASE_APPROVAL), std::nullopt);
  EXPECT_EQ(RequestMoment::Of(row, Hour(50))->TimeIn(v1::PHASE_WORK), absl::Hours(10));
}

TEST(RequestMomentTest, TheCauseOfABreachIsToldOnceItWasRecorded) {
  SlaRow row = MovedRow();
  row.answered = absl::InfiniteFuture();
  row.course.set_cause(v1::BREACH_CAUSE_STAFF);
  row.course.set_breached_micros(MicrosAt(210));

  EXPECT_EQ(RequestMoment::Of(row, Hour(205))->Cause(), v1::BREACH_CAUSE_UNSPECIFIED);
  EXPECT_EQ(RequestMoment::Of(row, Hour(210))->Cause(), v1::BREACH_CAUSE_STAFF);
}

TEST(RequestMomentTest, WhatNobodyAskedForIsOwedToNobody) {
  SlaRow row = MovedRow();
  row.course.clear_dues();
  row.course.add_dues()->set_micros(MicrosAt(0));

  EXPECT_FALSE(RequestMoment::Of(row, Hour(1)).has_value());
}

}  // namespace
}  // namespace dsr
