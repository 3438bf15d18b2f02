#include "dsr/workflow/rulebook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

std::shared_ptr<const Rulebook> Make() {
  v1::Pins pins;
  pins.mutable_workflow()->set_name("pinned");
  v1::TemplateSet templates = GoodTemplates();
  v1::Template& only_chinese = *templates.add_templates();
  only_chinese.set_id("new");
  only_chinese.set_language("zh-CN");
  const auto rulebook = MakeRulebook(pins, ParseWorkflow(GoodWorkflowText()).value(), GoodPolicy(),
                                     ParseCalendar(GoodCalendarText()).value(), templates);
  return rulebook.value();
}

TEST(RulebookTest, KeepsThePinsAsTheyAre) { EXPECT_EQ(Make()->pins.workflow().name(), "pinned"); }

TEST(RulebookTest, FindsAStateByName) {
  const auto rulebook = Make();

  ASSERT_NE(rulebook->FindState("erasing"), nullptr);
  EXPECT_EQ(rulebook->FindState("erasing")->phase(), v1::PHASE_WORK);
  EXPECT_EQ(rulebook->FindState("dreaming"), nullptr);
}

TEST(RulebookTest, FindsACategoryByName) {
  const auto rulebook = Make();

  ASSERT_NE(rulebook->FindCategory("orders"), nullptr);
  EXPECT_EQ(rulebook->FindCategory("orders")->retention(0).months(), 36);
  EXPECT_EQ(rulebook->FindCategory("dreams"), nullptr);
}

TEST(RulebookTest, FindsATemplateInItsLanguage) {
  const auto rulebook = Make();

  ASSERT_NE(rulebook->FindTemplate("hello", "en"), nullptr);
  EXPECT_EQ(rulebook->FindTemplate("hello", "en")->language(), "en");
}

TEST(RulebookTest, FallsBackToChineseWhereALanguageHasNoTemplate) {
  const auto rulebook = Make();

  ASSERT_NE(rulebook->FindTemplate("hello", "fr"), nullptr);
  EXPECT_EQ(rulebook->FindTemplate("hello", "fr")->language(), "zh-CN");
  ASSERT_NE(rulebook->FindTemplate("new", "en"), nullptr);
  EXPECT_EQ(rulebook->FindTemplate("new", "en")->language(), "zh-CN");
  EXPECT_EQ(rulebook->FindTemplate("missing", "en"), nullptr);
}

TEST(RulebookTest, TurnsRangesOfDaysOffAndMakeUpDaysIntoAWorkingCalendar) {
  const auto rulebook = Make();

  EXPECT_FALSE(IsWorkingDay(rulebook->calendar, absl::CivilDay(2026, 10, 1)));
  EXPECT_FALSE(IsWorkingDay(rulebook->calendar, absl::CivilDay(2026, 10, 2)));
  EXPECT_TRUE(IsWorkingDay(rulebook->calendar, absl::CivilDay(2026, 10, 5)));
  EXPECT_TRUE(IsWorkingDay(rulebook->calendar, absl::CivilDay(2026, 10, 10)));
  EXPECT_EQ(rulebook->calendar.version, "rest-1");
}

TEST(RulebookTest, KnowsOnlyTheYearsThatAreAnnouncedInFull) {
  const std::string partly = Replaced(GoodCalendarText(), "last { year: 2026 month: 12 day: 31 }",
                                      "last { year: 2027 month: 6 day: 30 }");

  const auto rulebook =
      MakeRulebook(v1::Pins(), v1::Workflow(), GoodPolicy(), ParseCalendar(partly).value(), {});

  ASSERT_THAT(rulebook, IsOk());
  EXPECT_EQ((*rulebook)->calendar.first_year, 2026);
  EXPECT_EQ((*rulebook)->calendar.last_year, 2026);
}

TEST(RulebookTest, CountsDaysInThePolicysZone) { EXPECT_EQ(Make()->zone.name(), "Asia/Shanghai"); }

TEST(RulebookTest, RefusesAZoneThatDoesNotLoadRatherThanCountInUtc) {
  v1::Policy policy = GoodPolicy();
  policy.set_time_zone("Asia/Atlantis");

  const auto rulebook = MakeRulebook(v1::Pins(), v1::Workflow(), policy, v1::Calendar(), {});

  EXPECT_THAT(rulebook, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(rulebook, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
