#include "workflow/html_checker.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

std::string Page(const std::string& body) {
  return absl::StrCat("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>",
                      "{{subject}}</title></head>\n<body>", body, "</body>\n</html>\n");
}

TEST(HtmlBodyTest, TakesParagraphsListsTablesAndSections) {
  EXPECT_EQ(FaultOfBody("<h1>{{type_title}}</h1>\n<p style=\"margin: 0\">a<br>b &amp; c</p>\n"
                        "{{#plan}}<ul>{{#erase}}<li>{{category}}</li>{{/erase}}</ul>{{/plan}}"
                        "{{^plan}}<p>-</p>{{/plan}}{{! why }}<table><tr><td>1</td></tr></table>"),
            "");
}

TEST(HtmlBodyTest, NeedsEveryElementClosedWhereItWasOpened) {
  EXPECT_EQ(FaultOfBody("<p>a"), "<p> is not closed");
  EXPECT_EQ(FaultOfBody("<p><em>a</p></em>"), "</p> stands where <em> is open");
  EXPECT_EQ(FaultOfBody("a</p>"), "</p> closes nothing");
  EXPECT_EQ(FaultOfBody("</br>"), "</br> closes nothing");
}

TEST(HtmlBodyTest, NeedsElementsClosedWhicheverSectionsAreShown) {
  EXPECT_EQ(FaultOfBody("{{#plan}}<p>{{/plan}}</p>"), "{{/plan}} stands where <p> is open");
  EXPECT_EQ(FaultOfBody("<p>{{^plan}}</p>{{/plan}}"), "</p> stands where {{#plan}} is open");
}

TEST(HtmlBodyTest, RefusesWhatRunsOrReachesOutside) {
  for (const char* html :
       {"<script>alert(1)</script>", "<img src=\"https://a.example/p.gif\">",
        "<a href=\"https://a.example\">here</a>", "<style>p{}</style>", "<link rel=\"x\">",
        "<iframe></iframe>", "<form></form>", "<svg></svg>", "<SCRIPT></SCRIPT>",
        "<p onclick=\"x\">a</p>", "<p style=\"background: url(https://a.example)\">a</p>",
        "<p style=\"background: u\\72l \">a</p>", "<!-- a -->", "<?php ?>", "<html></html>",
        "<meta charset=\"utf-8\">"}) {
    EXPECT_NE(FaultOfBody(html), "") << html;
  }
}

TEST(HtmlBodyTest, RefusesVariablesWithinTags) {
  EXPECT_EQ(FaultOfBody("<p style=\"{{name}}\">a</p>"), "has a `<` that begins no whole tag");
  EXPECT_EQ(FaultOfBody("<{{name}}>"), "has a `<` that begins no whole tag");
}

TEST(HtmlBodyTest, RefusesValuesThatAreNotEscaped) {
  EXPECT_EQ(FaultOfBody("<p>{{{name}}}</p>"), "has {{{name}}}, which is not escaped");
  EXPECT_EQ(FaultOfBody("<p>{{& name }}</p>"), "has {{{name}}}, which is not escaped");
}

TEST(HtmlBodyTest, RefusesMalformedTags) {
  for (const char* html : {"<p x>a</p>", "<p style=a>a</p>", "<p style='a'>a</p>", "<p>a</p >",
                           "<br/>", "a < b", "<p  >a</p>", "< p>a</p>"}) {
    EXPECT_NE(FaultOfBody(html), "") << html;
  }
}

TEST(HtmlLayoutTest, TakesAPageThatShowsTheBodyOnce) {
  EXPECT_EQ(FaultOfLayout(Page("{{{body}}}"), "en"), "");
  EXPECT_EQ(FaultOfLayout(Page("<p>{{company}}</p>"), "en"), "does not show {{{body}}} once");
  EXPECT_EQ(FaultOfLayout(Page("{{{body}}}{{{body}}}"), "en"), "does not show {{{body}}} once");
  EXPECT_EQ(FaultOfLayout(Page("{{{subject}}}"), "en"), "has {{{subject}}}, which is not escaped");
}

TEST(HtmlLayoutTest, NeedsTheLanguageOfItsReaders) {
  EXPECT_EQ(FaultOfLayout(Page("{{{body}}}"), "zh-CN"), "must have lang=\"zh-CN\" in <html>");
  EXPECT_EQ(FaultOfLayout("<!DOCTYPE html><html><body>{{{body}}}</body></html>", "en"),
            "must have lang=\"en\" in <html>");
}

TEST(HtmlLayoutTest, NeedsAWholePage) {
  EXPECT_EQ(FaultOfLayout("<html lang=\"en\"><body>{{{body}}}</body></html>", "en"),
            "does not begin with <!DOCTYPE html>");
  EXPECT_EQ(FaultOfLayout("<!DOCTYPE html><body>{{{body}}}</body>", "en"),
            "has <body> outside of <html>");
  EXPECT_EQ(FaultOfLayout("<!DOCTYPE html><html lang=\"en\"><main>{{{body}}}</main></html>", "en"),
            "shows {{{body}}} outside of <body>");
}

}  // namespace
}  // namespace dsr
