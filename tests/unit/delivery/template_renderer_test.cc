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

v1::HtmlLayout Layout() {
  v1::HtmlLayout layout;
  layout.set_language("en");
  layout.set_html("<html lang=\"en\"><title>{{subject}}</title><body>{{{body}}}</body></html>");
  return layout;
}

std::string HtmlOf(const v1::Template& source, const TemplateVariables& variables) {
  const v1::HtmlLayout layout = Layout();
  const auto rendered = RenderTemplate(source, variables, &layout);
  return rendered.ok() ? rendered->html : rendered.status().ToString();
}

TEST(RenderHtmlTest, MakesParagraphsAndListsOfTheText) {
  EXPECT_EQ(HtmlOf(TemplateOf("Hello {{a}},\n\nWe hold:{{#b}}\n- {{c}}\n  of {{c}}{{/b}}\n"),
                   {{"a", "Li"}, {"b", TemplateList{{{"c", "orders"}}, {{"c", "reviews"}}}}}),
            "<html lang=\"en\"><title>subject</title><body>"
            "<p>Hello Li,</p>\n"
            "<p>We hold:</p>\n"
            "<ul>\n<li>orders<br>\nof orders</li>\n<li>reviews<br>\nof reviews</li>\n</ul>\n"
            "</body></html>");
}

TEST(RenderHtmlTest, HasNoneWithoutALayout) {
  const auto rendered = RenderTemplate(TemplateOf("Hello"), {});

  ASSERT_THAT(rendered, IsOk());
  EXPECT_EQ(rendered->html, "");
}

TEST(RenderHtmlTest, ShowsWhatAPersonWroteAsItIsWritten) {
  const std::string hostile = "<script>alert('1')</script>\"&amp;<img src=x onerror=y>";
  const std::string escaped =
      "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;amp;&lt;img src=x onerror=y&gt;";
  v1::Template with_html = TemplateOf("{{a}}", "{{a}}");
  with_html.set_html("<p>{{a}}</p>");

  for (const v1::Template& source : {TemplateOf("{{a}}", "{{{a}}}"), TemplateOf("{{{a}}}", "{{a}}"),
                                     TemplateOf("{{&a}}", "{{&a}}"), with_html}) {
    EXPECT_THAT(
        HtmlOf(source, {{"a", hostile}}),
        AllOf(HasSubstr("<title>" + escaped + "</title>"), HasSubstr("<p>" + escaped + "</p>"),
              Not(HasSubstr("<script")), Not(HasSubstr("<img"))));
  }
}

TEST(RenderHtmlTest, LetsNoValueEndItsParagraphButByAnEmptyLine) {
  EXPECT_THAT(HtmlOf(TemplateOf("Name: {{a}}."), {{"a", "</p></body>\n- x"}}),
              HasSubstr("<body><p>Name: &lt;/p&gt;&lt;/body&gt;</p>\n<ul>\n<li>x.</li>\n</ul>\n"));
}

TEST(RenderHtmlTest, NeverReadsAValueAsATemplate) {
  EXPECT_THAT(HtmlOf(TemplateOf("{{a}}"), {{"a", "{{{body}}} {{b}}"}, {"b", "ran"}}),
              HasSubstr("<p>{{{body}}} {{b}}</p>"));
}

TEST(RenderHtmlTest, TakesTheTemplatesOwnHtmlOverItsParagraphs) {
  v1::Template source = TemplateOf("Your code is {{code}}");
  source.set_html("<p>Your code is <strong>{{code}}</strong></p>\n");

  EXPECT_THAT(HtmlOf(source, {{"code", "123456"}}),
              HasSubstr("<body><p>Your code is <strong>123456</strong></p>\n</body>"));
}

TEST(RenderHtmlTest, RefusesHtmlThatWouldNotEscape) {
  v1::Template source = TemplateOf("Hello");
  for (const char* html : {"{{{a}}}", "{{&a}}", "{{& a }}", "{{ & a}}"}) {
    source.set_html(html);
    EXPECT_THAT(HtmlOf(source, {{"a", "<b>"}}), HasSubstr("is broken")) << html;
  }
  v1::HtmlLayout layout = Layout();
  layout.set_html("{{{body}}}{{{subject}}}");
  EXPECT_THAT(RenderTemplate(TemplateOf("Hello"), {}, &layout),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace dsr
