// The rules about paths, answers and verification, each broken once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/workflow/definitions.h"
#include "unit/workflow/checker_probe.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Paths.

constexpr absl::string_view kIsland =
    "states {\n  name: \"island\"\n  phase: PHASE_WORK\n"
    "  titles { key: \"zh-CN\" value: \"岛\" }\n  titles { key: \"en\" value: \"Island\" }\n}\n";

TEST(WorkflowSafetyTest, RefusesAStateThatCannotBeReached) {
  const std::string text =
      With(absl::StrCat(kIsland,
                        "transitions {\n  from: \"island\"\n  trigger: TRIGGER_ASSESSED\n"
                        "  to: \"assessing\"\n  roles: \"caseworker\"\n}\n"));

  EXPECT_THAT(Check(text), Finds(text, kIsland, "state `island` cannot be reached"));
}

TEST(WorkflowSafetyTest, RefusesAStateFromWhichNoEndCanBeReached) {
  const std::string text =
      With(absl::StrCat(kIsland,
                        "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_PLAN_CONFIRMED\n"
                        "  to: \"island\"\n  roles: \"caseworker\"\n}\n"));

  EXPECT_THAT(Check(text), Finds(text, kIsland, "no end can be reached from state `island`"));
}

TEST(WorkflowSafetyTest, RefusesATransitionBehindOneWithoutGuards) {
  const std::string later =
      "transitions {\n  from: \"verifying\"\n  trigger: TRIGGER_IDENTITY_VERIFIED\n"
      "  to: \"approving\"\n  guards { kind: GUARD_KIND_ACCOUNT_KNOWN }\n}\n";
  const std::string text = With(later);

  EXPECT_THAT(
      Check(text),
      Finds(text, "from: \"verifying\"\n  trigger: TRIGGER_IDENTITY_VERIFIED\n  to: \"approving\"",
            absl::StrCat("can never be taken from state `verifying`: the one at line ",
                         LineOf(text, kVerified))));
}

TEST(WorkflowSafetyTest, RefusesATransitionBehindOneWithASubsetOfItsGuards) {
  const std::string text = With(
      "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_ASSESSED\n  to: \"approving\"\n"
      "  guards { kind: GUARD_KIND_BLOCKED }\n"
      "  guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT }\n"
      "  roles: \"caseworker\"\n}\n");

  EXPECT_THAT(Check(text),
              Finds(text, "from: \"assessing\"\n  trigger: TRIGGER_ASSESSED\n  to: \"approving\"",
                    "can never be taken from state `assessing`"));
}

TEST(WorkflowSafetyTest, AllowsAMoreParticularTransitionBeforeAGeneralOne) {
  const std::string text = Replaced(
      GoodWorkflowText(), kAssessed,
      absl::StrCat(
          "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_ASSESSED\n  to: \"approving\"\n"
          "  guards { kind: GUARD_KIND_BLOCKED }\n"
          "  guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT }\n"
          "  roles: \"caseworker\"\n}\n",
          kAssessed));

  EXPECT_THAT(Check(text), IsEmpty());
}

TEST(WorkflowSafetyTest, AllowsOneStateItsOwnRuleBeforeThatOfAllUnansweredStates) {
  const std::string text = Replaced(
      GoodWorkflowText(), "transitions {\n  from_unanswered: true",
      "transitions {\n  from: \"verifying\"\n  trigger: TRIGGER_TIMER\n  timer: \"escalate\"\n"
      "  effects { kind: EFFECT_KIND_ESCALATE escalation_level: 2 }\n}\n"
      "transitions {\n  from_unanswered: true");

  EXPECT_THAT(Check(text), IsEmpty());
}

TEST(WorkflowSafetyTest, RefusesATransitionOfAllUnansweredStatesThatEachOfThemForestalls) {
  const std::string dead =
      "transitions {\n  from_unanswered: true\n  trigger: TRIGGER_TIMER\n  timer: \"escalate\"\n"
      "  effects { kind: EFFECT_KIND_ESCALATE escalation_level: 2 }\n}\n";
  const std::string text = With(dead);

  const std::vector<Finding> findings =
      CheckWorkflowText("good", text, GoodPolicy(), GoodTemplates());

  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].line, LineOf(text, dead));
  EXPECT_THAT(findings[0].description, HasSubstr("can never be taken"));
}

TEST(WorkflowSafetyTest, RefusesGuardsThatContradictEachOther) {
  const std::string denied =
      "guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT not: true }";
  const std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "  effects {",
                                         absl::StrCat("  ", denied, "\n  effects {"));

  EXPECT_THAT(Check(text),
              Finds(text, denied, "two of its guards on VERIFIED contradict each other"));
}

TEST(WorkflowSafetyTest, RefusesACircleOfTransitionsOnChangedFacts) {
  const std::string back =
      "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_FACTS_CHANGED\n  to: "
      "\"approving\"\n"
      "  guards { kind: GUARD_KIND_BLOCKED }\n}\n";
  const std::string forth =
      "transitions {\n  from: \"approving\"\n  trigger: TRIGGER_FACTS_CHANGED\n  to: "
      "\"assessing\"\n"
      "  guards { kind: GUARD_KIND_BLOCKED not: true }\n}\n";
  const std::string text = With(back + forth);

  EXPECT_THAT(Check(text), Finds(text, back, "lead from state `assessing` back to it"));
  EXPECT_THAT(Check(text), Finds(text, forth, "lead from state `approving` back to it"));
}

TEST(WorkflowSafetyTest, RefusesATransitionOnChangedFactsThatStays) {
  const std::string stays =
      "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_FACTS_CHANGED\n"
      "  guards { kind: GUARD_KIND_BLOCKED }\n}\n";
  const std::string text = With(stays);

  EXPECT_THAT(Check(text), Finds(text, stays, "lead from state `assessing` back to it"));
}

// Answers.

TEST(WorkflowSafetyTest, RefusesAnEndThatCanBeReachedWithoutAResponse) {
  const std::string text = With(
      "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_WITHDRAWN\n  to: \"closed\"\n"
      "  roles: \"intake\"\n}\n");

  EXPECT_THAT(Check(text), Finds(text, "states {\n  name: \"closed\"",
                                 "is an end that can be reached without a response"));
}

TEST(WorkflowSafetyTest, RefusesFollowUpWithoutAResponse) {
  const std::string text = With(
      "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_WITHDRAWN\n  to: \"retaining\"\n"
      "  roles: \"intake\"\n}\n");

  EXPECT_THAT(Check(text), Finds(text, "phase: PHASE_FOLLOW_UP",
                                 "has the phase FOLLOW_UP but can be reached without a response"));
}

TEST(WorkflowSafetyTest, RefusesAnOpenPhaseAfterAResponse) {
  const std::string text = Replaced(GoodWorkflowText(), "PHASE_FOLLOW_UP", "PHASE_WORK");

  EXPECT_THAT(Check(text),
              Finds(text, "phase: PHASE_WORK\n  titles { key: \"zh-CN\" value: \"留存\" }",
                    "can be reached after a response, so its phase must be FOLLOW_UP"));
}

TEST(WorkflowSafetyTest, RefusesASecondResponse) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kClosing, "to: \"closed\"\n",
                                         "to: \"closed\"\n  effects { kind: EFFECT_KIND_RESPOND "
                                         "template: \"sorry\" outcome: OUTCOME_REFUSED }\n");

  EXPECT_THAT(Check(text),
              Finds(text, kClosing, "is already answered; no second RESPOND may follow"));
}

TEST(WorkflowSafetyTest, RefusesTwoResponsesOfOneTransition) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kRefusedIdentity, "to: \"closed\"\n",
                                         "to: \"closed\"\n  effects { kind: EFFECT_KIND_RESPOND "
                                         "template: \"sorry\" outcome: OUTCOME_REFUSED }\n");

  EXPECT_THAT(Check(text), Finds(text, kRefusedIdentity, "has two RESPOND effects"));
}

TEST(WorkflowSafetyTest, RefusesAWorkflowWithoutADeadline) {
  const std::string text = Replaced(
      GoodWorkflowText(),
      "request_timers { name: \"deadline\" anchor: ANCHOR_BEFORE_DUE offset { seconds: 0 } }\n",
      "");

  EXPECT_THAT(Check(text), Finds(text, "", "the workflow has no request timer `deadline`"));
}

TEST(WorkflowSafetyTest, RefusesADeadlineThatIsNotTheDueTime) {
  const std::string early = Replaced(GoodWorkflowText(), "seconds: 0", "civil_days: 1");
  const std::string anchored =
      Replaced(GoodWorkflowText(), "\"deadline\" anchor: ANCHOR_BEFORE_DUE",
               "\"deadline\" anchor: ANCHOR_START");

  EXPECT_THAT(Check(early),
              Finds(early, "request_timers { name: \"deadline\"", "at the due time itself"));
  EXPECT_THAT(Check(anchored),
              Finds(anchored, "request_timers { name: \"deadline\"", "at the due time itself"));
}

TEST(WorkflowSafetyTest, RefusesAnOpenStateThatTheDeadlineDoesNotCover) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kDeadline, "from_unanswered: true",
                                         "from: [\"verifying\", \"assessing\", \"approving\"]");

  EXPECT_THAT(Check(text), Finds(text, "states {\n  name: \"erasing\"",
                                 "no transition without guards on the timer `deadline`"));
}

TEST(WorkflowSafetyTest, RefusesADeadlineThatGuardsCanSilence) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kDeadline, "timer: \"deadline\"\n",
                    "timer: \"deadline\"\n  guards { kind: GUARD_KIND_BLOCKED not: true }\n");

  EXPECT_THAT(Check(text), Finds(text, "states {\n  name: \"verifying\"",
                                 "no transition without guards on the timer `deadline`"));
}

TEST(WorkflowSafetyTest, RefusesADeadlineThatMarksNoBreach) {
  const std::string text =
      Replaced(GoodWorkflowText(), "effects { kind: EFFECT_KIND_MARK_BREACHED }",
               "effects { kind: EFFECT_KIND_ESCALATE escalation_level: 2 }");

  EXPECT_THAT(Check(text), Finds(text, kDeadline, "must carry MARK_BREACHED"));
}

// Verification.

class UnverifiedEffectTest : public testing::TestWithParam<const char*> {};

TEST_P(UnverifiedEffectTest, IsRefused) {
  const std::string effect = absl::StrCat("effects { kind: EFFECT_KIND_", GetParam(), " }");
  const std::string text = ReplacedAfter(GoodWorkflowText(), kProposed, "to: \"approving\"\n",
                                         absl::StrCat("to: \"approving\"\n  ", effect, "\n"));

  EXPECT_THAT(Check(text), Finds(text, effect + "\n  roles: [", "needs the guard VERIFIED"));
}

INSTANTIATE_TEST_SUITE_P(
    WorkflowChecker, UnverifiedEffectTest,
    testing::Values("CREATE_TASKS task_kind: TASK_KIND_COLLECT",
                    "CREATE_TASKS task_kind: TASK_KIND_CORRECT",
                    "CREATE_TASKS task_kind: TASK_KIND_ERASE",
                    "CREATE_TASKS task_kind: TASK_KIND_CHECK_BLOCKERS",
                    "CREATE_TASKS task_kind: TASK_KIND_CLOSE_ACCOUNT",
                    "CREATE_TASKS task_kind: TASK_KIND_FETCH_DECISION",
                    "CREATE_TASKS task_kind: TASK_KIND_APPLY_REMEDY",
                    "CREATE_TASKS task_kind: TASK_KIND_BUILD_PACKAGE",
                    "CREATE_TASKS task_kind: TASK_KIND_BUILD_ANSWER",
                    "NOTIFY_RECIPIENTS notice_kind: NOTICE_KIND_CORRECT", "ERASE_RETAINED",
                    "ISSUE_GRANT", "RESPOND template: \"answer\"",
                    "RESPOND template: \"answer\" outcome: OUTCOME_FULFILLED",
                    "RESPOND template: \"answer\" outcome: OUTCOME_PARTLY_FULFILLED"));

TEST(WorkflowSafetyTest, AllowsToAskForTheContactBeforeVerification) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kProposed, "to: \"approving\"\n",
                    "to: \"approving\"\n  effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: "
                    "TASK_KIND_RESOLVE_CONTACT }\n");

  EXPECT_THAT(Check(text), IsEmpty());
}

TEST(WorkflowSafetyTest, RefusesAVerificationBelowTheLeastLevel) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "ASSURANCE_LEVEL_CONTACT",
                                         "ASSURANCE_LEVEL_SESSION");

  EXPECT_THAT(Check(text),
              Finds(text, "effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: TASK_KIND_ERASE }",
                    "needs the guard VERIFIED of at least the workflow's least level"));
}

TEST(WorkflowSafetyTest, RefusesAnEffectOnTheLackOfVerification) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kAssessed, "level: ASSURANCE_LEVEL_CONTACT }",
                    "level: ASSURANCE_LEVEL_CONTACT not: true }");

  EXPECT_THAT(Check(text),
              Finds(text, "effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: TASK_KIND_ERASE }",
                    "needs the guard VERIFIED"));
}

TEST(WorkflowSafetyTest, IsNotContentWithAGuardOnAnEarlierTransition) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kErased,
                    "  guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT }\n", "");

  EXPECT_THAT(Check(text), Finds(text, "effects { kind: EFFECT_KIND_RESPOND template: \"answer\" }",
                                 "RESPOND needs the guard VERIFIED"));
}

TEST(WorkflowSafetyTest, RefusesUnverifiedErasureOfRetainedRecordsOutsideFollowUp) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kRetentionEnd, "from: \"retaining\"",
                                         "from: [\"retaining\", \"erasing\"]");

  EXPECT_THAT(Check(text), Finds(text, "effects { kind: EFFECT_KIND_ERASE_RETAINED }",
                                 "ERASE_RETAINED needs the guard VERIFIED"));
}

TEST(WorkflowSafetyTest, RefusesOtherUnverifiedEffectsInFollowUp) {
  const std::string text =
      Replaced(GoodWorkflowText(), "effects { kind: EFFECT_KIND_ERASE_RETAINED }",
               "effects { kind: EFFECT_KIND_ISSUE_GRANT }");

  EXPECT_THAT(Check(text), Finds(text, "effects { kind: EFFECT_KIND_ISSUE_GRANT }",
                                 "ISSUE_GRANT needs the guard VERIFIED"));
}

TEST(WorkflowSafetyTest, RefusesErasureThatTellsNoRecipient) {
  const std::string none = ReplacedAfter(
      GoodWorkflowText(), kAssessed,
      "  effects { kind: EFFECT_KIND_NOTIFY_RECIPIENTS notice_kind: NOTICE_KIND_DELETE }\n", "");
  const std::string wrong =
      ReplacedAfter(GoodWorkflowText(), kAssessed, "NOTICE_KIND_DELETE", "NOTICE_KIND_CORRECT");

  EXPECT_THAT(Check(none),
              Finds(none, "effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: TASK_KIND_ERASE }",
                    "needs NOTIFY_RECIPIENTS DELETE on the same transition"));
  EXPECT_THAT(Check(wrong),
              Finds(wrong, "effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: TASK_KIND_ERASE }",
                    "needs NOTIFY_RECIPIENTS DELETE on the same transition"));
}

}  // namespace
}  // namespace dsr
