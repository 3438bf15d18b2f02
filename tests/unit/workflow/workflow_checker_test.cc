// The rules about names and elements, each broken once in a workflow that breaks no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/workflow/definitions.h"
#include "unit/workflow/checker_probe.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(WorkflowCheckerTest, FindsNothingInAGoodWorkflow) {
  EXPECT_THAT(Check(GoodWorkflowText()), IsEmpty());
}

TEST(WorkflowCheckerTest, NamesTheLineOfATextThatDoesNotParse) {
  const std::string text = Replaced(GoodWorkflowText(), "least_level:", "least_evil:");

  EXPECT_THAT(Check(text), Finds(text, "least_evil", "least_evil"));
}

TEST(WorkflowCheckerTest, RefusesAnUnknownEnumName) {
  const std::string text = Replaced(GoodWorkflowText(), "TRIGGER_ASSESSED", "TRIGGER_GUESSED");

  EXPECT_THAT(Check(text), Finds(text, "TRIGGER_GUESSED", "TRIGGER_GUESSED"));
}

TEST(WorkflowCheckerTest, RefusesAnUnknownEnumNumber) {
  const std::string text =
      Replaced(GoodWorkflowText(), "kind: GUARD_KIND_DATA_RETAINED", "kind: 99");

  EXPECT_THAT(Check(text), Finds(text, "kind: 99", "the guard has no kind"));
}

TEST(WorkflowCheckerTest, ReportsAllFindingsInOrderOfTheirLines) {
  std::string text = Replaced(GoodWorkflowText(), "version: 1", "version: 0");
  text = ReplacedAfter(text, kAssessed, "to: \"erasing\"", "to: \"erazing\"");
  text = Replaced(text, "\"privacy_officer\"]", "\"king\"]");

  std::vector<int> lines;
  for (const Finding& finding : CheckWorkflowText("good", text, GoodPolicy(), GoodTemplates())) {
    lines.push_back(finding.line);
  }

  EXPECT_THAT(lines, testing::ElementsAre(LineOf(text, "version: 0"), LineOf(text, "erazing"),
                                          LineOf(text, "king")));
}

TEST(WorkflowCheckerTest, RefusesFragmentsInATextOfItsOwn) {
  const std::string text = With("use: \"common\"\n");

  EXPECT_THAT(Check(text), Finds(text, "use: \"common\"", "fragments cannot be used here"));
}

// Names.

TEST(WorkflowCheckerTest, RefusesANameThatIsNotTheFiles) {
  const std::string text = Replaced(GoodWorkflowText(), "name: \"good\"", "name: \"better\"");

  EXPECT_THAT(Check(text), Finds(text, "name: \"better\"", "is not the file's name `good`"));
}

TEST(WorkflowCheckerTest, RefusesAMalformedName) {
  const std::string text = Replaced(GoodWorkflowText(), "name: \"good\"", "name: \"Good!\"");

  EXPECT_THAT(Check(text), Finds(text, "name: \"Good!\"", "must be of a-z"));
}

TEST(WorkflowCheckerTest, RefusesAVersionBelowOne) {
  const std::string text = Replaced(GoodWorkflowText(), "version: 1", "version: 0");

  EXPECT_THAT(Check(text), Finds(text, "version: 0", "must be 1 or more"));
}

TEST(WorkflowCheckerTest, RefusesAMissingVersionInTheFileAsAWhole) {
  const std::string text = Replaced(GoodWorkflowText(), "version: 1\n", "");

  EXPECT_THAT(Check(text), Finds(text, "", "the version must be 1 or more"));
}

TEST(WorkflowCheckerTest, RefusesAWorkflowWithoutATitleInEachLanguage) {
  const std::string no_english =
      Replaced(GoodWorkflowText(), "titles { key: \"en\" value: \"Deletion\" }\n", "");
  const std::string no_chinese =
      Replaced(GoodWorkflowText(), "titles { key: \"zh-CN\" value: \"删除\" }\n", "");

  EXPECT_THAT(Check(no_english), Finds(no_english, "", "the workflow has no titles in en"));
  EXPECT_THAT(Check(no_chinese), Finds(no_chinese, "", "the workflow has no titles in zh-CN"));
}

TEST(WorkflowCheckerTest, RefusesAStateWithoutATitleInEachLanguage) {
  const std::string text =
      Replaced(GoodWorkflowText(), "  titles { key: \"en\" value: \"Erasing\" }\n", "");

  EXPECT_THAT(Check(text),
              Finds(text, "states {\n  name: \"erasing\"", "state `erasing` has no titles in en"));
}

TEST(WorkflowCheckerTest, RefusesAWorkflowWithoutStates) {
  EXPECT_THAT(Check("name: \"good\""), Contains(HasSubstr("the workflow has no states")));
}

TEST(WorkflowCheckerTest, RefusesAMalformedStateName) {
  std::string text = Replaced(GoodWorkflowText(), "name: \"retaining\"", "name: \"Retaining\"");

  EXPECT_THAT(Check(text), Finds(text, "name: \"Retaining\"", "must be of a-z"));
}

TEST(WorkflowCheckerTest, RefusesASecondStateOfOneName) {
  const std::string text = Replaced(GoodWorkflowText(), "name: \"closed\"", "name: \"erasing\"");

  EXPECT_THAT(Check(text), Finds(text, "name: \"erasing\"\n  phase: PHASE_CLOSED",
                                 "there is another state `erasing`"));
}

TEST(WorkflowCheckerTest, RefusesAStateWithoutAPhase) {
  const std::string text = Replaced(GoodWorkflowText(), "  phase: PHASE_WORK\n", "");

  EXPECT_THAT(Check(text), Finds(text, "states {\n  name: \"erasing\"", "has no phase"));
}

TEST(WorkflowCheckerTest, RefusesAnEndWhosePhaseIsNotClosed) {
  const std::string text = Replaced(GoodWorkflowText(), "PHASE_CLOSED", "PHASE_FOLLOW_UP");

  EXPECT_THAT(Check(text), Finds(text, "phase: PHASE_FOLLOW_UP\n  end: true",
                                 "an end, and nothing else, has the phase CLOSED"));
}

TEST(WorkflowCheckerTest, RefusesAClosedStateThatIsNoEnd) {
  const std::string text = Replaced(GoodWorkflowText(), "  end: true\n", "");

  EXPECT_THAT(Check(text),
              Finds(text, "phase: PHASE_CLOSED", "an end, and nothing else, has the phase CLOSED"));
}

TEST(WorkflowCheckerTest, RefusesTimersOnAnEnd) {
  const std::string text = Replaced(
      GoodWorkflowText(), "  end: true\n",
      "  end: true\n  timers { name: \"nudge\" anchor: ANCHOR_START offset { seconds: 1 } }\n");

  EXPECT_THAT(Check(text),
              Finds(text, "timers { name: \"nudge\" anchor: ANCHOR_START offset { seconds",
                    "is an end and cannot have timers"));
}

TEST(WorkflowCheckerTest, RefusesTransitionsThatLeaveAnEnd) {
  const std::string text = With(
      "transitions {\n  from: \"closed\"\n  trigger: TRIGGER_ASSESSED\n"
      "  to: \"erasing\"\n  roles: \"caseworker\"\n}\n");

  EXPECT_THAT(Check(text), Finds(text, "from: \"closed\"", "is an end: no transition leaves it"));
}

TEST(WorkflowCheckerTest, RefusesUnknownStates) {
  std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "\"assessing\"", "\"guessing\"");
  text = ReplacedAfter(text, kRejected, "to: \"assessing\"", "to: \"gossiping\"");

  EXPECT_THAT(Check(text), Finds(text, "from: \"guessing\"", "there is no state `guessing`"));
  EXPECT_THAT(Check(text), Finds(text, "to: \"gossiping\"", "there is no state `gossiping`"));
}

TEST(WorkflowCheckerTest, RefusesAStateNamedTwiceInOneTransition) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "from: \"assessing\"",
                                         "from: [\"assessing\", \"assessing\"]");

  EXPECT_THAT(Check(text), Finds(text, "from: [", "`assessing` is named twice"));
}

TEST(WorkflowCheckerTest, RefusesATransitionThatLeavesNoState) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kAssessed, "  from: \"assessing\"\n", "");

  EXPECT_THAT(Check(text), Finds(text, "transitions {\n  trigger: TRIGGER_ASSESSED",
                                 "the transition leaves no state"));
}

TEST(WorkflowCheckerTest, RefusesFromTogetherWithFromUnanswered) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "  from: \"assessing\"\n",
                                         "  from: \"assessing\"\n  from_unanswered: true\n");

  EXPECT_THAT(Check(text),
              Finds(text, "from_unanswered: true\n  trigger: TRIGGER_ASSESSED", "not both"));
}

TEST(WorkflowCheckerTest, RefusesASecondTimerOfOneNameInAState) {
  const std::string timer =
      "  timers { name: \"nudge\" anchor: ANCHOR_START offset { civil_days: 3 } }\n";
  const std::string again =
      "  timers { name: \"nudge\" anchor: ANCHOR_START offset { civil_days: 4 } }\n";
  const std::string text = Replaced(GoodWorkflowText(), timer, timer + again);

  EXPECT_THAT(Check(text), Finds(text, again.substr(2), "a second timer `nudge`"));
}

TEST(WorkflowCheckerTest, RefusesAStatesTimerNamedLikeARequestTimer) {
  const std::string text =
      Replaced(GoodWorkflowText(), "timers { name: \"nudge\"", "timers { name: \"escalate\"");

  EXPECT_THAT(Check(text), Finds(text, "timers { name: \"escalate\"", "a second timer `escalate`"));
}

TEST(WorkflowCheckerTest, RefusesASecondRequestTimerOfOneName) {
  const std::string text =
      With("request_timers { name: \"escalate\" anchor: ANCHOR_START offset { civil_days: 1 } }\n");

  EXPECT_THAT(Check(text), Finds(text, "request_timers { name: \"escalate\" anchor: ANCHOR_START",
                                 "a second timer `escalate`"));
}

TEST(WorkflowCheckerTest, RefusesATimerNamedLikeOneOfTheEngines) {
  const std::string text = With(
      "request_timers { name: \"retention-end\" anchor: ANCHOR_START offset { civil_days: 1 } }\n");

  EXPECT_THAT(Check(text), Finds(text, "request_timers { name: \"retention-end\"",
                                 "a second timer `retention-end`"));
}

TEST(WorkflowCheckerTest, RefusesAMalformedTimerName) {
  const std::string text =
      Replaced(GoodWorkflowText(), "timers { name: \"nudge\"", "timers { name: \"Nudge me\"");

  EXPECT_THAT(Check(text),
              Finds(text, "timers { name: \"Nudge me\"", "must be of a-z, 0-9 and `-`"));
}

// Elements.

TEST(WorkflowCheckerTest, RefusesAWorkflowWithoutALeastLevel) {
  const std::string text =
      Replaced(GoodWorkflowText(), "least_level: ASSURANCE_LEVEL_CONTACT\n", "");

  EXPECT_THAT(Check(text), Finds(text, "", "needs `least_level`"));
}

TEST(WorkflowCheckerTest, RefusesATimerWithoutAnAnchor) {
  const std::string text = Replaced(GoodWorkflowText(), "anchor: ANCHOR_START ", "");

  EXPECT_THAT(Check(text), Finds(text, "timers { name: \"nudge\"", "has no anchor"));
}

TEST(WorkflowCheckerTest, RefusesAnOffsetWithoutALength) {
  const std::string empty = Replaced(GoodWorkflowText(), "ANCHOR_START offset { civil_days: 3 }",
                                     "ANCHOR_START offset { }");
  const std::string missing =
      Replaced(GoodWorkflowText(), "ANCHOR_START offset { civil_days: 3 }", "ANCHOR_START");

  EXPECT_THAT(Check(empty), Finds(empty, "timers { name: \"nudge\"", "an offset without a length"));
  EXPECT_THAT(Check(missing),
              Finds(missing, "timers { name: \"nudge\"", "an offset without a length"));
}

TEST(WorkflowCheckerTest, RefusesANegativeOffsetInEveryUnit) {
  for (const char* unit : {"civil_days", "working_days", "months", "seconds"}) {
    const std::string text = Replaced(GoodWorkflowText(), "ANCHOR_START offset { civil_days: 3 }",
                                      absl::StrCat("ANCHOR_START offset { ", unit, ": -1 }"));

    EXPECT_THAT(Check(text), Finds(text, "timers { name: \"nudge\"", "has a negative offset"))
        << unit;
  }
}

TEST(WorkflowCheckerTest, RefusesAnOffsetBeyondAllReason) {
  const std::string text = Replaced(GoodWorkflowText(), "ANCHOR_START offset { civil_days: 3 }",
                                    "ANCHOR_START offset { seconds: 9000000000000 }");

  EXPECT_THAT(Check(text), Finds(text, "timers { name: \"nudge\"", "more than a hundred years"));
}

TEST(WorkflowCheckerTest, RefusesATimerThatWouldFireBeforeTheRequestIsReceived) {
  for (const char* offset :
       {"civil_days: 16", "working_days: 16", "months: 1", "seconds: 1296001"}) {
    const std::string text = Replaced(GoodWorkflowText(), "BEFORE_DUE offset { civil_days: 3 }",
                                      absl::StrCat("BEFORE_DUE offset { ", offset, " }"));

    EXPECT_THAT(Check(text), Finds(text, "request_timers { name: \"escalate\"",
                                   "before the request is received"))
        << offset;
  }
}

TEST(WorkflowCheckerTest, RefusesATimerThatSetsOffNothing) {
  const std::string text =
      With("request_timers { name: \"idle\" anchor: ANCHOR_START offset { civil_days: 1 } }\n");

  EXPECT_THAT(Check(text),
              Finds(text, "request_timers { name: \"idle\"", "sets off no transition"));
}

TEST(WorkflowCheckerTest, RefusesATransitionWithoutATrigger) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kProposed, "  trigger: TRIGGER_REFUSAL_PROPOSED\n", "");

  EXPECT_THAT(Check(text), Finds(text, "transitions {\n  from: \"assessing\"\n  to: \"approving\"",
                                 "has no trigger"));
}

TEST(WorkflowCheckerTest, RefusesAnUnknownTimer) {
  const std::string text = Replaced(GoodWorkflowText(), "  timer: \"nudge\"", "  timer: \"fudge\"");

  EXPECT_THAT(Check(text), Finds(text, "timer: \"fudge\"", "there is no timer `fudge`"));
}

TEST(WorkflowCheckerTest, RefusesTheGrantsTimerWhereNoGrantIsIssued) {
  const std::string text =
      Replaced(GoodWorkflowText(), "timer: \"retention-end\"", "timer: \"grant-end\"");

  EXPECT_THAT(Check(text), Finds(text, "timer: \"grant-end\"", "there is no timer `grant-end`"));
}

TEST(WorkflowCheckerTest, RefusesATimerOfAnotherState) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), "  from: \"verifying\"\n  trigger: TRIGGER_TIMER",
                    "from: \"verifying\"", "from: [\"verifying\", \"assessing\"]");

  EXPECT_THAT(Check(text),
              Finds(text, "from: [\"verifying\"", "state `assessing` has no timer `nudge`"));
}

TEST(WorkflowCheckerTest, RefusesATimerTransitionWithoutATimer) {
  const std::string text = Replaced(GoodWorkflowText(), "  timer: \"nudge\"\n", "");

  EXPECT_THAT(Check(text),
              Finds(text, "transitions {\n  from: \"verifying\"\n  trigger: TRIGGER_TIMER",
                    "must name its timer"));
}

TEST(WorkflowCheckerTest, RefusesATimerOnAnotherTrigger) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kAssessed, "TRIGGER_ASSESSED\n",
                                         "TRIGGER_ASSESSED\n  timer: \"escalate\"\n");

  EXPECT_THAT(Check(text), Finds(text, "timer: \"escalate\"\n  to: \"erasing\"",
                                 "only a transition on TIMER names a timer"));
}

TEST(WorkflowCheckerTest, RefusesWhatPeopleDoWithoutRoles) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kAssessed, "  roles: \"caseworker\"\n", "");

  EXPECT_THAT(Check(text),
              Finds(text, kAssessed, "ASSESSED is set off by people and needs `roles`"));
}

TEST(WorkflowCheckerTest, RefusesRolesWhereNoPersonActs) {
  const std::string text = ReplacedAfter(GoodWorkflowText(), kVerified, "to: \"assessing\"\n",
                                         "to: \"assessing\"\n  roles: \"verifier\"\n");

  EXPECT_THAT(Check(text), Finds(text, "roles: \"verifier\"", "is not set off by people"));
}

TEST(WorkflowCheckerTest, RefusesAnUnknownRole) {
  const std::string text = Replaced(GoodWorkflowText(), "\"caseworker\", \"privacy_officer\"",
                                    "\"caseworker\", \"king\"");

  EXPECT_THAT(Check(text), Finds(text, "\"caseworker\", \"king\"", "there is no role `king`"));
}

TEST(WorkflowCheckerTest, KnowsEveryRole) {
  std::string roles;
  for (const char* role :
       {"intake", "session_asserter", "verifier", "caseworker", "reviewer", "privacy_officer",
        "auditor", "operator", "registrar", "data_system", "recipient"}) {
    absl::StrAppend(&roles, roles.empty() ? "" : ", ", "\"", role, "\"");
  }

  EXPECT_THAT(Check(Replaced(GoodWorkflowText(), "\"caseworker\", \"privacy_officer\"", roles)),
              IsEmpty());
}

TEST(WorkflowCheckerTest, RefusesARefusalApprovedOrRejectedWithoutASecondPerson) {
  const std::string guard = "  guards { kind: GUARD_KIND_SECOND_PERSON }\n";
  const std::string approved = ReplacedAfter(GoodWorkflowText(), kApproved, guard, "");
  const std::string rejected = ReplacedAfter(GoodWorkflowText(), kRejected, guard, "");
  const std::string inverted =
      ReplacedAfter(GoodWorkflowText(), kApproved, "SECOND_PERSON }", "SECOND_PERSON not: true }");

  EXPECT_THAT(Check(approved),
              Finds(approved, kApproved, "REFUSAL_APPROVED needs the guard SECOND_PERSON"));
  EXPECT_THAT(Check(rejected),
              Finds(rejected, kRejected, "REFUSAL_REJECTED needs the guard SECOND_PERSON"));
  EXPECT_THAT(Check(inverted),
              Finds(inverted, kApproved, "REFUSAL_APPROVED needs the guard SECOND_PERSON"));
}

TEST(WorkflowCheckerTest, RefusesAReviewByOneWhoTookPartInTheDecision) {
  const std::string text =
      Replaced(GoodWorkflowText(), "TRIGGER_ASSESSED", "TRIGGER_DECISION_REVIEWED");

  EXPECT_THAT(
      Check(text),
      Finds(text, "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_DECISION_REVIEWED",
            "needs the guard REVIEWER_INDEPENDENT"));
}

struct ElementCase {
  const char* element;  // what stands in a transition
  const char* reason;
};

void PrintTo(const ElementCase& c, std::ostream* out) { *out << c.reason; }

class GuardFieldTest : public testing::TestWithParam<ElementCase> {};

TEST_P(GuardFieldTest, HasExactlyTheFieldsOfItsKind) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kProposed, "to: \"approving\"\n",
                    absl::StrCat("to: \"approving\"\n  ", GetParam().element, "\n"));

  EXPECT_THAT(Check(text), Finds(text, GetParam().element, GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    WorkflowChecker, GuardFieldTest,
    testing::Values(
        ElementCase{"guards { not: true }", "the guard has no kind"},
        ElementCase{"guards { kind: GUARD_KIND_VERIFIED }", "VERIFIED needs `level`"},
        ElementCase{"guards { kind: GUARD_KIND_ALL_TASKS_DONE }",
                    "ALL_TASKS_DONE needs `task_kind`"},
        ElementCase{"guards { kind: GUARD_KIND_TASK_FAILED }", "TASK_FAILED needs `task_kind`"},
        ElementCase{"guards { kind: GUARD_KIND_BLOCKED level: ASSURANCE_LEVEL_CONTACT }",
                    "BLOCKED has no `level`"},
        ElementCase{"guards { kind: GUARD_KIND_ANSWERED task_kind: TASK_KIND_ERASE }",
                    "ANSWERED has no `task_kind`"},
        ElementCase{"guards { kind: GUARD_KIND_VERIFIED level: 99 }", "unknown value"}));

class EffectFieldTest : public testing::TestWithParam<ElementCase> {};

TEST_P(EffectFieldTest, HasExactlyTheFieldsOfItsKind) {
  const std::string text =
      ReplacedAfter(GoodWorkflowText(), kProposed, "to: \"approving\"\n",
                    absl::StrCat("to: \"approving\"\n  ", GetParam().element, "\n"));

  EXPECT_THAT(Check(text), Finds(text, GetParam().element, GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    WorkflowChecker, EffectFieldTest,
    testing::Values(
        ElementCase{"effects { template: \"hello\" }", "the effect has no kind"},
        ElementCase{"effects { kind: EFFECT_KIND_CREATE_TASKS }", "CREATE_TASKS needs `task_kind`"},
        ElementCase{"effects { kind: EFFECT_KIND_NOTIFY_RECIPIENTS }",
                    "NOTIFY_RECIPIENTS needs `notice_kind`"},
        ElementCase{"effects { kind: EFFECT_KIND_SEND_MESSAGE }", "SEND_MESSAGE needs `template`"},
        ElementCase{"effects { kind: EFFECT_KIND_RESPOND outcome: OUTCOME_REFUSED }",
                    "RESPOND needs `template`"},
        ElementCase{"effects { kind: EFFECT_KIND_ESCALATE }", "ESCALATE needs `escalation_level`"},
        ElementCase{"effects { kind: EFFECT_KIND_ESCALATE escalation_level: -1 }",
                    "an escalation level is 1 or more"},
        ElementCase{"effects { kind: EFFECT_KIND_CANCEL_TASKS task_kind: TASK_KIND_ERASE }",
                    "CANCEL_TASKS has no `task_kind`"},
        ElementCase{"effects { kind: EFFECT_KIND_COMPUTE_PLAN notice_kind: NOTICE_KIND_DELETE }",
                    "COMPUTE_PLAN has no `notice_kind`"},
        ElementCase{"effects { kind: EFFECT_KIND_MARK_BREACHED template: \"hello\" }",
                    "MARK_BREACHED has no `template`"},
        ElementCase{"effects { kind: EFFECT_KIND_COMPUTE_PLAN to_requester: true }",
                    "COMPUTE_PLAN has no `to_requester`"},
        ElementCase{"effects { kind: EFFECT_KIND_SEND_MESSAGE template: \"hello\" outcome: "
                    "OUTCOME_REFUSED }",
                    "SEND_MESSAGE has no `outcome`"},
        ElementCase{
            "effects { kind: EFFECT_KIND_SEND_MESSAGE template: \"hello\" escalation_level: 1 }",
            "SEND_MESSAGE has no `escalation_level`"},
        ElementCase{"effects { kind: EFFECT_KIND_RESPOND template: \"hello\" outcome: 99 }",
                    "unknown value"}));

TEST(WorkflowCheckerTest, RefusesAnAnswerThatDoesNotTellWhatWasRefusedOnWhichGroundAndWhy) {
  const std::string partial = R"text(transitions {
  from: "approving"
  trigger: TRIGGER_REFUSAL_APPROVED
  to: "assessing"
  guards { kind: GUARD_KIND_SECOND_PERSON }
  guards { kind: GUARD_KIND_REFUSAL_PARTIAL }
  roles: "privacy_officer"
}
)text";
  const std::string text =
      Replaced(GoodWorkflowText(), kApproved, absl::StrCat(partial, kApproved));
  const auto findings = [&](const std::string& told) {
    v1::TemplateSet templates = GoodTemplates();
    for (v1::Template& one : *templates.mutable_templates()) {
      if (one.id() == "answer") one.set_text(absl::StrCat("{{{request}}}", told));
    }
    std::vector<std::string> lines;
    for (const Finding& finding : CheckWorkflowText("good", text, GoodPolicy(), templates))
      lines.push_back(ToString(finding));
    return lines;
  };

  EXPECT_THAT(findings("{{#refused}}{{{categories}}}: {{{ground}}}, {{{reason}}}{{/refused}}"),
              IsEmpty());
  for (const char* silent : {"", "{{#refused}}{{{categories}}}: {{{ground}}}{{/refused}}",
                             "{{^refused}}{{{ground}}}{{/refused}} {{{ground}}} {{{reason}}}"}) {
    EXPECT_THAT(findings(silent),
                testing::ElementsAre(HasSubstr("template `answer` in en does not tell"),
                                     HasSubstr("template `answer` in zh-CN does not tell")))
        << silent;
  }
}

TEST(WorkflowCheckerTest, RefusesATemplateThatALanguageLacks) {
  v1::TemplateSet templates = GoodTemplates();
  for (v1::Template& one : *templates.mutable_templates()) {
    if (one.id() == "hello" && one.language() == "en") one.set_id("hallo");
  }

  const std::vector<Finding> findings =
      CheckWorkflowText("good", GoodWorkflowText(), GoodPolicy(), templates);

  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(ToString(findings[0]),
            absl::StrCat("good:", LineOf(GoodWorkflowText(), "template: \"hello\""),
                         ": there is no template `hello` in en"));
}

TEST(WorkflowCheckerTest, RefusesToSendAPersonTheLetterToRecipients) {
  v1::TemplateSet templates = GoodTemplates();
  for (v1::Template& one : *templates.mutable_templates()) {
    if (one.id() == "hello") one.set_id("notice-letter");
  }
  const std::string text =
      Replaced(GoodWorkflowText(), "template: \"hello\"", "template: \"notice-letter\"");

  const std::vector<Finding> findings = CheckWorkflowText("good", text, GoodPolicy(), templates);

  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(ToString(findings[0]),
            absl::StrCat("good:", LineOf(text, "template: \"notice-letter\""),
                         ": template `notice-letter` is for letters to recipients"));
}

}  // namespace
}  // namespace dsr
