#include "dsr/workflow/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/workflow/definitions.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::Workflow Good() { return ParseWorkflow(GoodWorkflowText()).value(); }

TEST(WorkflowToDotTest, DrawsEachStateInTheClusterOfItsPhaseWithItsTitle) {
  const std::string dot = WorkflowToDot(Good(), "en");

  EXPECT_THAT(dot, HasSubstr("digraph \"good\" {"));
  EXPECT_THAT(dot, HasSubstr("subgraph \"cluster_work\" {\n    label=\"work\";\n"
                             "    \"erasing\" [label=\"erasing\\nErasing\"];\n  }"));
  EXPECT_THAT(dot, HasSubstr("\"closed\" [label=\"closed\\nClosed\", peripheries=2]"));
}

TEST(WorkflowToDotTest, UsesTheTitlesOfTheLanguageAndNamesWhereThereAreNone) {
  EXPECT_THAT(WorkflowToDot(Good(), "zh-CN"), HasSubstr("erasing\\n删除"));
  EXPECT_THAT(WorkflowToDot(Good(), "fr"), HasSubstr("erasing\\nerasing"));
}

TEST(WorkflowToDotTest, LabelsTransitionsWithTriggerGuardsAndEffects) {
  EXPECT_THAT(WorkflowToDot(Good(), "en"),
              HasSubstr("\"assessing\" -> \"erasing\" [label=\"assessed\\n[verified contact]\\n"
                        "/ create_tasks erase\\n/ notify_recipients delete\"]"));
}

TEST(WorkflowToDotTest, DrawsWhatHoldsInAllUnansweredStatesOnce) {
  const std::string dot = WorkflowToDot(Good(), "en");

  EXPECT_THAT(dot, HasSubstr("\"any_unanswered\" -> \"any_unanswered\" [label=\"timer deadline\\n"
                             "/ mark_breached\"]"));
  EXPECT_THAT(dot, Not(HasSubstr("\"verifying\" -> \"verifying\" [label=\"timer deadline")));
}

TEST(WorkflowToDotTest, EscapesQuotationMarks) {
  v1::Workflow workflow = Good();
  (*workflow.mutable_states(0)->mutable_titles())["en"] = "\"so-called\"";

  EXPECT_THAT(WorkflowToDot(workflow, "en"), HasSubstr("verifying\\n\\\"so-called\\\""));
}

TEST(WorkflowToMermaidTest, DrawsStatesPhasesAndTransitions) {
  const std::string text = WorkflowToMermaid(Good(), "en");

  EXPECT_THAT(text, testing::StartsWith("stateDiagram-v2\n"));
  EXPECT_THAT(text, HasSubstr("  state \"work\" as phase_work {\n"
                              "    state \"Erasing\" as erasing\n  }\n"));
  EXPECT_THAT(text, HasSubstr("  [*] --> verifying\n"));
  EXPECT_THAT(text, HasSubstr("  closed --> [*]\n"));
  EXPECT_THAT(text, HasSubstr("  retaining --> closed: facts_changed<br/>"
                              "[not data_retained, not notices_outstanding]\n"));
  EXPECT_THAT(text, HasSubstr("  any_unanswered --> any_unanswered: timer escalate<br/>"
                              "/ escalate 1\n"));
}

TEST(WorkflowToMermaidTest, KeepsCharactersOfTheSyntaxOutOfTitles) {
  v1::Workflow workflow = Good();
  (*workflow.mutable_states(0)->mutable_titles())["en"] = "a: \"b\"; c";

  EXPECT_THAT(WorkflowToMermaid(workflow, "en"), HasSubstr("state \"a  'b', c\" as verifying\n"));
}

}  // namespace
}  // namespace dsr
