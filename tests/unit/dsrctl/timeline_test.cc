#include "dsrctl/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dsrctl/timeline_words.h"
#include "unit/dsrctl/request_story.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

std::vector<std::string> LabelsOf(const Timeline& timeline) {
  std::vector<std::string> labels;
  for (const Mark& mark : timeline.marks) labels.push_back(mark.label);
  return labels;
}

TEST(TimelineTest, TellsPhasesAsSpansWithoutGaps) {
  const Timeline timeline = OpenStory().At("2026-03-09 10:20");

  ASSERT_THAT(timeline.phases, SizeIs(3));
  EXPECT_EQ(timeline.phases[0].phase, v1::PHASE_VERIFICATION);
  EXPECT_EQ(timeline.phases[0].begin, StoryTime("2026-03-01 14:30"));
  EXPECT_EQ(timeline.phases[0].end, timeline.phases[1].begin);
  EXPECT_EQ(timeline.phases[2].phase, v1::PHASE_WORK);
  EXPECT_EQ(timeline.phases[2].begin, StoryTime("2026-03-04 16:00"));
  EXPECT_EQ(timeline.phases[2].end, timeline.now);
}

TEST(TimelineTest, ReachesFromReceiptToTheDueTimeThatIsStillToCome) {
  const Timeline timeline = OpenStory().At("2026-03-09 10:20");

  EXPECT_EQ(timeline.begin, StoryTime("2026-03-01 10:00"));
  EXPECT_EQ(timeline.end, StoryTime("2026-03-17 00:00"));
  EXPECT_THAT(
      LabelsOf(timeline),
      ElementsAre("received by hotline", "filed: verifying", "verified: contact",
                  "assessment begins: assessing", "assigned to 张三", "work begins: collecting",
                  "5 tasks created", "target for the answer", "due: 2026-03-16 is the last day"));
}

TEST(TimelineTest, IsLateFromTheDueTimeToTheAnswer) {
  const Timeline timeline = LateStory().At("2026-04-01 00:00");

  ASSERT_TRUE(timeline.late.has_value());
  EXPECT_EQ(timeline.late->begin, StoryTime("2026-03-17 00:00"));
  EXPECT_EQ(timeline.late->end, StoryTime("2026-03-20 12:00"));
  EXPECT_EQ(StandingOf(timeline).text, "answered (refused) in 19.1 days, 3.5 days late");
  EXPECT_EQ(StandingOf(timeline).severity, Severity::kAlarm);
}

TEST(TimelineTest, IsLateWhenItIsAnsweredAtTheVeryDueTime) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Answers("2026-03-17 00:00", v1::OUTCOME_FULFILLED);

  EXPECT_EQ(StandingOf(story.At("2026-03-18 00:00")).text,
            "answered (fulfilled) in 15.6 days, 0 minutes late");
}

TEST(TimelineTest, IsEarlyWhenItIsAnsweredBeforeTheDueTime) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Answers("2026-03-16 14:00", v1::OUTCOME_FULFILLED);

  const Timeline timeline = story.At("2026-05-01 00:00");

  EXPECT_FALSE(timeline.late.has_value());
  EXPECT_EQ(StandingOf(timeline).text, "answered (fulfilled) in 15.2 days, 10.0 hours early");
  EXPECT_EQ(StandingOf(timeline).severity, Severity::kGood);
}

TEST(TimelineTest, TellsTheDueTimeBeforeTheBreachThatFollowsFromIt) {
  EXPECT_THAT(LabelsOf(LateStory().At("2026-04-01 00:00")),
              ElementsAre("received and filed by hotline: verifying",
                          "assessment begins: assessing", "reminder to caseworker",
                          "due: 2026-03-16 was the last day", "breached: waited for staff",
                          "escalated to privacy officer", "answered: refused, late", "closed"));
}

TEST(TimelineTest, ShowsARequestThatWasDueBeforeItWasFiled) {
  RequestStory story("2026-02-01 10:00", "2026-03-01 14:30", "2026-02-17 00:00");
  story.Breaches("2026-02-17 00:00", "2026-03-01 14:30", v1::BREACH_CAUSE_FILED_LATE);

  const Timeline timeline = story.At("2026-03-03 00:00");

  EXPECT_EQ(timeline.begin, StoryTime("2026-02-01 10:00"));
  EXPECT_EQ(timeline.late->begin, StoryTime("2026-02-17 00:00"));
  EXPECT_EQ(StandingOf(timeline).text, "14.0 days late, was due before it was filed");
  EXPECT_THAT(LabelsOf(timeline), Contains("breached: filed late"));
}

TEST(TimelineTest, NamesTheDataSystemsThatABreachedRequestWaitedFor) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Breaches("2026-03-17 00:00", "2026-03-17 00:00", v1::BREACH_CAUSE_DATA_SYSTEM);
  story.request().add_breach_systems("systems/crm");
  story.request().add_breach_systems("systems/shop");

  EXPECT_THAT(LabelsOf(story.At("2026-03-18 00:00")),
              Contains("breached: waited for data system (crm, shop)"));
}

TEST(TimelineTest, HasNoDueTimeWhereTheRequestHasNone) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "");
  story.Enters("2026-03-04 10:00", "zhang", "erasing", v1::PHASE_WORK);

  const Timeline timeline = story.At("2026-03-11 10:00");

  EXPECT_FALSE(timeline.due.has_value());
  EXPECT_FALSE(timeline.late.has_value());
  EXPECT_EQ(timeline.end, timeline.now);
  EXPECT_EQ(StandingOf(timeline).text, "open for 10.0 days, without a due time");
}

TEST(TimelineTest, KeepsTheDueTimeThatAnExtensionReplaced) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.MovesDue("2026-03-13 10:00", "EXTENDED", "2026-04-01 00:00");

  const Timeline timeline = story.At("2026-03-20 00:00");

  ASSERT_THAT(timeline.replaced, SizeIs(1));
  EXPECT_EQ(timeline.replaced[0].due, StoryTime("2026-03-17 00:00"));
  EXPECT_EQ(timeline.replaced[0].moved, StoryTime("2026-03-13 10:00"));
  EXPECT_EQ(timeline.due, StoryTime("2026-04-01 00:00"));
  EXPECT_FALSE(timeline.late.has_value());
  EXPECT_THAT(LabelsOf(timeline),
              Contains("deadline extended: last day 2026-03-31, was 2026-03-16"));
}

TEST(TimelineTest, StandsStillFromThePauseToTheMoveThatEndsIt) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "zhang", "clock_paused")
      .MovesDue("2026-03-08 12:00", "PAUSED", "2026-03-20 00:00");

  const Timeline timeline = story.At("2026-03-09 00:00");

  ASSERT_THAT(timeline.pauses, SizeIs(1));
  EXPECT_EQ(timeline.pauses[0].begin, StoryTime("2026-03-05 09:00"));
  EXPECT_EQ(timeline.pauses[0].end, StoryTime("2026-03-08 12:00"));
  EXPECT_EQ(StandingOf(timeline).text, "due in 11.0 days");
}

TEST(TimelineTest, StandsStillUntilNowWhileThePauseGoesOn) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "zhang", "clock_paused")
      .Happens("2026-03-08 12:00", "system:scheduler", "deadline_moved",
               {{"cause", "DEADLINE_CHANGE_PAUSED"}, {"paused_since", "2026-03-08T04:00:00Z"}});

  const Timeline timeline = story.At("2026-03-09 00:00");

  ASSERT_THAT(timeline.pauses, SizeIs(1));
  EXPECT_EQ(timeline.pauses[0].end, timeline.now);
  EXPECT_EQ(StandingOf(timeline).text, "due in 8.0 days, the clock is paused");
}

TEST(TimelineTest, CountsNoticesByTheDayOfTheZone) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "zhang", "notices_created", {{"notices", "300"}});
  for (int i = 0; i < 12; ++i) {
    story.Happens("2026-03-06 00:30", "recipients/ads", "notice_completed")
        .Happens("2026-03-07 23:30", "recipients/mail", "notice_completed");
  }
  story.Happens("2026-03-07 23:40", "system:scheduler", "notice_failed");

  const Timeline timeline = story.At("2026-03-09 00:00");

  EXPECT_THAT(timeline.marks, Contains(AllOf(Field(&Mark::label, "300 notices created"),
                                             Field(&Mark::time, StoryTime("2026-03-05 09:00")))));
  EXPECT_THAT(timeline.marks, Contains(AllOf(Field(&Mark::label, "12 notices completed"),
                                             Field(&Mark::who, "recipients/ads"),
                                             Field(&Mark::severity, Severity::kQuiet))));
  EXPECT_THAT(timeline.marks, Contains(AllOf(Field(&Mark::label, "notices: 12 completed, 1 failed"),
                                             Field(&Mark::who, "several"),
                                             Field(&Mark::severity, Severity::kWarning))));
}

TEST(TimelineTest, TellsAKindThatItDoesNotKnowByItsName) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "zhang", "moon_landed");

  EXPECT_THAT(LabelsOf(story.At("2026-03-09 00:00")), Contains("moon landed"));
}

TEST(TimelineTest, LeavesOutTimersAndActionsThatChangedNothing) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "");
  story.Happens("2026-03-05 09:00", "zhang", "action_rejected")
      .Happens("2026-03-05 09:00", "system:scheduler", "timer_ended")
      .Happens("2026-03-05 09:00", "zhang", "tasks_created");

  EXPECT_THAT(story.At("2026-03-09 00:00").marks, SizeIs(1));
}

TEST(TimelineTest, NamesTheTimerThatClosedARequest) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Enters("2026-03-05 09:00", "system:scheduler", "closed", v1::PHASE_CLOSED, "grant-end");

  const Timeline timeline = story.At("2026-03-09 00:00");

  EXPECT_THAT(LabelsOf(timeline), Contains("closed (grant-end)"));
  EXPECT_EQ(timeline.closed, StoryTime("2026-03-05 09:00"));
  EXPECT_EQ(timeline.phases.back().end, StoryTime("2026-03-05 09:00"));
}

}  // namespace
}  // namespace dsr::dsrctl
