#include "delivery/template_renderer.h"

#include <gtest/gtest.h>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Template TemplateOf(const std::string& text, const std::string& subject = "subject") {
  v1::Template source;
  source.set_id("response-deletion");
  source.set_language("en");
  source.set_subject(subject);
  source.set_text(text);
  return source;
}

std::string TextOf(const std::string& text, const TemplateVariables& variables) {
  const auto rendered = RenderTemplate(TemplateOf(text), variables);
  return rendered.ok() ? rendered->text : rendered.status().ToString();
}

TEST(RenderTemplateTest, PutsVariablesIntoSubjectAndText) {
  const auto rendered = RenderTemplate(TemplateOf("Until {{due}}.\n", "Your request {{id}}"),
                                       {{"id", "r1"}, {"due", "2026-03-16"}});

  ASSERT_THAT(rendered, IsOk());
  EXPECT_EQ(rendered->subject, "Your request r1");
  EXPECT_EQ(rendered->text, "Until 2026-03-16.\n");
}

TEST(RenderTemplateTest, DoesNotEscapeForHtml) {
  EXPECT_EQ(TextOf("{{a}} {{{a}}} {{&a}}", {{"a", "<Müller & \"张\">"}}),
            "<Müller & \"张\"> <Müller & \"张\"> <Müller & \"张\">");
}

TEST(RenderTemplateTest, RendersMissingVariablesEmpty) {
  EXPECT_EQ(TextOf("[{{nobody}}{{#nothing}}x{{/nothing}}]", {}), "[]");
}

TEST(RenderTemplateTest, ShowsASectionForTrueAndItsInverseForFalse) {
  const std::string text = "{{#partial}}some{{/partial}}{{^partial}}all{{/partial}}";

  EXPECT_EQ(TextOf(text, {{"partial", true}}), "some");
  EXPECT_EQ(TextOf(text, {{"partial", false}}), "all");
}

TEST(RenderTemplateTest, HidesTheSectionOfAnEmptyText) {
  const std::string text = "{{#reason}}Reason: {{reason}}{{/reason}}";

  EXPECT_EQ(TextOf(text, {{"reason", "none"}}), "Reason: none");
  EXPECT_EQ(TextOf(text, {{"reason", ""}}), "");
}

TEST(RenderTemplateTest, RepeatsASectionForEachElementOfAList) {
  const TemplateVariables variables = {
      {"until", "2029"},
      {"kept", TemplateList{{{"title", "Orders"}, {"laws", TemplateList{{{"law", "ECL 31"}}}}},
                            {{"title", "Invoices"}, {"until", "2036"}}}}};

  EXPECT_EQ(
      TextOf("{{#kept}}\n- {{title}} until {{until}}{{#laws}} ({{law}}){{/laws}}\n{{/kept}}\n",
             variables),
      "- Orders until 2029 (ECL 31)\n- Invoices until 2036\n");
}

TEST(RenderTemplateTest, ShowsTheInverseOfAnEmptyList) {
  EXPECT_EQ(TextOf("{{^kept}}nothing{{/kept}}", {{"kept", TemplateList{}}}), "nothing");
}

TEST(RenderTemplateTest, NeverReadsAValueAsATemplate) {
  EXPECT_EQ(TextOf("{{a}}", {{"a", "{{secret}} {{#b}}"}, {"secret", "s"}}), "{{secret}} {{#b}}");
}

TEST(RenderTemplateTest, IsInternalForABrokenTemplateAndNamesIt) {
  for (const char* broken : {"{{", "{{a", "{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{{a}}", "x {{"}) {
    EXPECT_THAT(RenderTemplate(TemplateOf(broken), {{"a", "private"}}),
                StatusIs(absl::StatusCode::kInternal,
                         AllOf(HasSubstr("response-deletion"), Not(HasSubstr("private")))))
        << broken;
    EXPECT_THAT(RenderTemplate(TemplateOf("", broken), {}), StatusIs(absl::StatusCode::kInternal))
        << broken;
  }
}

TEST(RenderTemplateTest, RefusesTagsThatWouldRunAValueAsATemplate) {
  for (const char* text : {"{{>a}}", "{{ > a}}", "{{=<% %>=}}<%>a%>", "{{{>a}}}"}) {
    EXPECT_THAT(RenderTemplate(TemplateOf(text), {{"a", "{{b}}"}, {"b", "ran"}}),
                StatusIs(absl::StatusCode::kInternal))
        << text;
  }
}

}  // namespace
}  // namespace dsr
