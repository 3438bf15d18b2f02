#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/base/proto_time.h"
#include "dsrctl/text.h"
#include "dsrctl/timeline_flags.h"
#include "dsrctl/timeline_scale.h"
#include "dsrctl/timeline_svg.h"
#include "dsrctl/timeline_text.h"
#include "unit/dsrctl/request_story.h"

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// Whether each element ends in order, and quotes and entities are whole. Enough for what is drawn
// here: no comments, no CDATA.
bool IsBalancedXml(absl::string_view xml) {
  std::vector<std::string> open;
  for (size_t at = xml.find('<'); at != absl::string_view::npos; at = xml.find('<', at + 1)) {
    const size_t end = xml.find('>', at);
    if (end == absl::string_view::npos) return false;
    const absl::string_view tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != absl::string_view::npos) return false;
    const std::string name(tag.substr(0, tag.find_first_of(" />", 1)));
    if (absl::StartsWith(tag, "?")) continue;
    if (absl::StartsWith(tag, "/")) {
      if (open.empty() || absl::StrCat("/", open.back()) != name) return false;
      open.pop_back();
    } else if (!absl::EndsWith(tag, "/")) {
      open.push_back(name);
    }
  }
  return open.empty();
}

TEST(TimelineDrawingTest, IsDrawnWithoutAnyEvent) {
  v1::Request request;
  request.set_type("access");
  *request.mutable_received_time() = ToTimestamp(StoryTime("2026-03-01 10:00"));
  const Timeline timeline =
      MakeTimeline(request, {}, StoryTime("2026-03-01 10:00"), absl::UTCTimeZone());

  EXPECT_LT(timeline.begin, timeline.end);
  EXPECT_THAT(timeline.marks, IsEmpty());
  EXPECT_THAT(TimelineText(timeline, 80, false), HasSubstr("access request"));
  EXPECT_TRUE(IsBalancedXml(TimelineSvg(timeline)));
}

TEST(TimeScaleTest, GivesTheFirstWeeksTheirRoomWhenFollowUpLastsForYears) {
  const Timeline timeline = LongFollowUpStory().At("2029-06-01 00:00");
  const TimeScale scale(timeline);

  EXPECT_TRUE(scale.is_broken());
  EXPECT_GT(scale.At(*timeline.due), 0.75);
  EXPECT_LT(scale.At(*timeline.due), TimeScale::kBreakBegin);
  EXPECT_GT(scale.At(StoryTime("2027-01-01 00:00")), TimeScale::kBreakEnd);
  EXPECT_EQ(scale.At(*timeline.closed), 1);
}

TEST(TimeScaleTest, IsTrueToScaleForAnOpenRequestHoweverLate) {
  const Timeline timeline = OpenStory().At("2027-03-09 10:20");
  const TimeScale scale(timeline);

  EXPECT_FALSE(scale.is_broken());
  EXPECT_EQ(scale.At(timeline.begin), 0);
  EXPECT_NEAR(scale.At(timeline.begin + (timeline.end - timeline.begin) / 4), 0.25, 1e-9);
}

TEST(TimeScaleTest, NamesAsManyMidnightsAsThereIsRoomFor) {
  const Timeline timeline = OpenStory().At("2026-03-09 10:20");
  const TimeScale scale(timeline);

  EXPECT_THAT(scale.Ticks(3), ElementsAre(Field(&TimeScale::Tick::label, "03-02"),
                                          Field(&TimeScale::Tick::label, "03-09"),
                                          Field(&TimeScale::Tick::label, "03-16")));
  EXPECT_THAT(scale.Ticks(40), SizeIs(16));
  EXPECT_THAT(scale.Midnights(16), SizeIs(16));
  EXPECT_THAT(scale.Midnights(15), IsEmpty());
}

TEST(TimeScaleTest, NamesTheYearWhereItChanges) {
  RequestStory story("2026-12-29 10:00", "2026-12-29 10:00", "2027-01-03 00:00");
  const Timeline timeline = story.At("2026-12-30 00:00");

  const std::vector<TimeScale::Tick> ticks = TimeScale(timeline).Ticks(10);

  ASSERT_THAT(ticks, SizeIs(5));
  EXPECT_EQ(ticks[1].label, "12-31");
  EXPECT_EQ(ticks[2].label, "2027-01-01");
  EXPECT_EQ(ticks[3].label, "01-02");
}

TEST(PlaceFlagsTest, LetsNoLabelCoverAnotherAndNoPoleCrossOne) {
  const std::vector<Flag> flags(5, Flag{FlagKind::kDue, absl::UnixEpoch(), "due"});
  const std::vector<double> poles = {98, 40, 44, 60, 90};
  const std::vector<double> widths(5, 20);

  const std::vector<PlacedFlag> placed = PlaceFlags(flags, poles, widths, 100, 2);

  ASSERT_THAT(placed, SizeIs(5));
  for (const PlacedFlag& one : placed) {
    EXPECT_GE(one.left, 0);
    EXPECT_LE(one.left + one.width, 100);
    for (const PlacedFlag& other : placed) {
      if (&one == &other) continue;
      const bool side_by_side =
          one.left + one.width <= other.left || other.left + other.width <= one.left;
      EXPECT_TRUE(one.lane != other.lane || side_by_side);
      const bool crosses =
          one.lane >= other.lane && other.left < one.pole && one.pole < other.left + other.width;
      EXPECT_FALSE(crosses);
    }
  }
}

TEST(TimelineTextTest, DrawsAnOpenRequest) {
  EXPECT_EQ(TimelineText(OpenStory().At("2026-03-09 10:20"), 80, false),
            R"(access request 01jd2m8q, work                                    due in 7.6 days
received 2026-03-01 10:00, due 2026-03-17 00:00 (last day 2026-03-16)
times in Asia/Shanghai

                                                      ┌ target 03-12 00:00
                         now 03-09 10:20 ┐            │        due 03-17 00:00 ┐
                                         ▼            ▼                        ▼
.VVVVAAAAAAAAAAAWWWWWWWWWWWWWWWWWWWWWWWWW--------------------------------------
───┴─────────┴─────────┴─────────┴──────────┴─────────┴─────────┴─────────┴─────
   03-02     03-04     03-06     03-08      03-10     03-12     03-14     03-16
. not filed yet   V verification   A assessment   W work

2026-03-01 10:00   +0.0 d  received by hotline
2026-03-01 14:30   +0.2 d  filed: verifying                 li
2026-03-02 09:22   +1.0 d  verified: contact                portal
2026-03-02 09:22   +1.0 d  assessment begins: assessing     portal
2026-03-03 11:00   +2.0 d  assigned to 张三                 wang
2026-03-04 16:00   +3.2 d  work begins: collecting          张三
2026-03-04 16:00   +3.2 d  5 tasks created                  张三
2026-03-09 10:20   +8.0 d  now
2026-03-12 00:00  +10.6 d  target for the answer
2026-03-17 00:00  +15.6 d  due: 2026-03-16 is the last day
)");
}

TEST(TimelineTextTest, DrawsARequestThatWasAnsweredLate) {
  EXPECT_EQ(
      TimelineText(LateStory().At("2026-04-01 00:00"), 100, false),
      R"(access request 01jd2m8q, closed                       answered (refused) in 19.1 days, 3.5 days late
received 2026-03-01 10:00, due 2026-03-17 00:00 (last day 2026-03-16), times in Asia/Shanghai

                                                                              answered 03-20 12:00 ┐
                                                                 due 03-17 00:00 ┐                 │
                                                                                 ▼                 ▼
VVVVVVVVVVAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
                                                                                 !!!!!!!!!!!!!!!!!!
───┴─────────┴──────────┴─────────┴──────────┴─────────┴─────────┴──────────┴─────────┴─────────┴───
   03-02     03-04      03-06     03-08      03-10     03-12     03-14      03-16     03-18
V verification   A assessment   ! late

2026-03-01 10:00   +0.0 d  received and filed by hotline: verifying  li
2026-03-03 09:00   +2.0 d  assessment begins: assessing              portal
2026-03-12 00:00  +10.6 d  reminder to caseworker                    system:scheduler
2026-03-17 00:00  +15.6 d  due: 2026-03-16 was the last day
2026-03-17 00:00  +15.6 d  breached: waited for staff                system:scheduler
2026-03-17 00:00  +15.6 d  escalated to privacy officer              system:scheduler
2026-03-20 12:00  +19.1 d  answered: refused, late                   zhang
2026-03-20 12:00  +19.1 d  closed                                    zhang
)");
}

TEST(TimelineTextTest, MarksThePauseAndTheDueTimeThatWasReplaced) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "zhang", "clock_paused")
      .MovesDue("2026-03-08 12:00", "PAUSED", "2026-03-20 00:00");

  const std::string text = TimelineText(story.At("2026-03-09 00:00"), 100, false);

  EXPECT_THAT(text, HasSubstr("was due 03-17 00:00"));
  EXPECT_THAT(text, HasSubstr(" ==="));
  EXPECT_THAT(text, HasSubstr("= clock paused"));
}

TEST(TimelineTextTest, BreaksTheAxisWhereItIsNotToScale) {
  const std::string text = TimelineText(LongFollowUpStory().At("2029-06-01 00:00"), 100, false);

  EXPECT_THAT(text, HasSubstr("F // F"));
  EXPECT_THAT(text, HasSubstr("closed 2029-03-11"));
  EXPECT_THAT(text, HasSubstr("// not to scale from here"));
}

TEST(TimelineTextTest, KeepsToTheWidthAtAnySize) {
  for (const int width : {80, 137, 200}) {
    const std::string text = TimelineText(LateStory().At("2026-04-01 00:00"), width, false);
    for (const absl::string_view line : absl::StrSplit(text, '\n'))
      EXPECT_LE(DisplayWidth(line), width) << line;
  }
}

TEST(TimelineTextTest, ColoursOnlyWhenItIsAskedTo) {
  const Timeline timeline = LateStory().At("2026-04-01 00:00");

  EXPECT_THAT(TimelineText(timeline, 100, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(TimelineText(timeline, 100, true),
              HasSubstr("\x1b[31mbreached: waited for staff\x1b[0m"));
}

TEST(TimelineTextTest, EscapesWhatWouldCommandATerminal) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "\x1b[2J", "request_assigned", {{"assignee", "\x1b]0;x\a"}});

  EXPECT_THAT(TimelineText(story.At("2026-03-09 00:00"), 100, false), Not(HasSubstr("\x1b")));
}

TEST(TimelineSvgTest, IsABalancedDocumentOfItsOwn) {
  for (const Timeline& timeline :
       {OpenStory().At("2026-03-09 10:20"), LateStory().At("2026-04-01 00:00"),
        LongFollowUpStory().At("2029-06-01 00:00")}) {
    const std::string svg = TimelineSvg(timeline);

    EXPECT_TRUE(IsBalancedXml(svg)) << svg;
    EXPECT_THAT(svg, StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "));
    EXPECT_THAT(svg, EndsWith("</svg>\n"));
    EXPECT_THAT(svg, HasSubstr("width=\"1000\""));
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, Not(HasSubstr("href")));
  }
}

TEST(TimelineSvgTest, TellsThoseWhoDoNotSeeItHowTheRequestStands) {
  const std::string svg = TimelineSvg(LateStory().At("2026-04-01 00:00"));

  EXPECT_THAT(svg, HasSubstr("<title id=\"title\">Timeline of access request requests/01jd2m8q"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"description\">answered (refused) in 19.1 days, 3.5 days"));
}

TEST(TimelineSvgTest, EscapesWhatPeopleNamed) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Happens("2026-03-05 09:00", "a&b\x01", "request_assigned", {{"assignee", "<x>\"'"}});

  const std::string svg = TimelineSvg(story.At("2026-03-09 00:00"));

  EXPECT_THAT(svg, HasSubstr("assigned to &lt;x&gt;&quot;&#39;"));
  EXPECT_THAT(svg, HasSubstr("a&amp;b\\x01"));
  EXPECT_TRUE(IsBalancedXml(svg));
}

TEST(TimelineSvgTest, ShadesWhatIsLateAndNothingElse) {
  EXPECT_THAT(TimelineSvg(LateStory().At("2026-04-01 00:00")), HasSubstr("#fbe3e1"));
  EXPECT_THAT(TimelineSvg(OpenStory().At("2026-03-09 10:20")), Not(HasSubstr("#fbe3e1")));
}

TEST(TimelineSvgTest, StrikesOutADueTimeThatWasReplaced) {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.MovesDue("2026-03-13 10:00", "EXTENDED", "2026-04-01 00:00");

  EXPECT_THAT(TimelineSvg(story.At("2026-03-20 00:00")),
              HasSubstr("text-decoration=\"line-through\">2026-03-17 00:00<"));
}

TEST(TimelineSvgTest, IsTheSameForTheSameRequest) {
  EXPECT_EQ(TimelineSvg(OpenStory().At("2026-03-09 10:20")),
            TimelineSvg(OpenStory().At("2026-03-09 10:20")));
}

}  // namespace
}  // namespace dsr::dsrctl
