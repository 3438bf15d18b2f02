#include "dsrctl/report_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "unit/dsrctl/sample_reports.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Returns what is wrong with the nesting of elements in `html`; nothing when each is closed.
std::string NestingErrorIn(absl::string_view html) {
  std::vector<std::string> open;
  for (size_t at = html.find('<'); at != absl::string_view::npos; at = html.find('<', at + 1)) {
    const size_t end = html.find('>', at);
    if (end == absl::string_view::npos) return "a tag is not closed";
    const absl::string_view tag = html.substr(at + 1, end - at - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" /", 1)));
    if (name == "!DOCTYPE" || name == "meta" || absl::EndsWith(tag, "/")) continue;
    if (tag[0] != '/') {
      open.push_back(name);
    } else if (open.empty() || open.back() != tag.substr(1)) {
      return absl::StrCat("</", tag.substr(1), "> at ", at);
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : absl::StrCat("<", open.back(), "> is left open");
}

TEST(ReportHtmlTest, IsOneSelfContainedPageWithoutScript) {
  const std::string html = SlaReportHtml(BusyReport());

  EXPECT_TRUE(absl::StartsWith(html, "<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_THAT(html,
              AllOf(HasSubstr("<meta charset=\"utf-8\">"), HasSubstr("<meta name=\"viewport\""),
                    HasSubstr("<title>Deadline report as of 2026-03-18T00:00:00Z</title>")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'; style-src 'unsafe-inline'"));
  for (const char* foreign :
       {"<script", "<link", "<img", "<iframe", "@import", "@font-face", "javascript:", "http://",
        "https://", " src=", " href=", " onload="}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
}

TEST(ReportHtmlTest, GivesTheSameBytesForTheSameReport) {
  const std::string html = SlaReportHtml(BusyReport());
  // A locale that writes numbers in another way, where it is installed.
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  const std::string again = SlaReportHtml(BusyReport());
  std::setlocale(LC_ALL, "C");

  EXPECT_EQ(html, again);
}

TEST(ReportHtmlTest, ClosesEveryElementInItsTurn) {
  EXPECT_EQ(NestingErrorIn(SlaReportHtml(BusyReport())), "");
  EXPECT_EQ(NestingErrorIn(SlaReportHtml(EmptyReport())), "");
  EXPECT_THAT(NestingErrorIn("<p><b></p>"), Not(IsEmpty()));
}

TEST(ReportHtmlTest, ShowsTheHeadFigures) {
  const std::string html = SlaReportHtml(BusyReport());

  EXPECT_THAT(html, HasSubstr("<dt>Received</dt><dd class=\"figure\">3,120</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>Answered in time</dt><dd class=\"figure\">2,705</dd>"
                              "<dd class=\"note\">97.1 % of 2,783 answers</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>Overdue</dt><dd class=\"figure\">15</dd>"));
  EXPECT_THAT(html, HasSubstr("<dt>Median</dt><dd class=\"figure\">6.2 <small>days</small></dd>"));
  EXPECT_THAT(html, HasSubstr("2,783 are answered, 97.1 % of them in time. 15 are overdue"));
}

TEST(ReportHtmlTest, SaysInSentencesThatThereIsNothing) {
  const std::string html = SlaReportHtml(EmptyReport());

  EXPECT_THAT(html, Not(HasSubstr("<svg")));
  EXPECT_THAT(html, Not(HasSubstr("<table")));
  for (const char* sentence :
       {"No request was received in any month.", "No request has been answered yet.",
        "No request waits for an answer.", "No fee was quoted.", "No deadline was breached.",
        "No notice was made in this span."}) {
    EXPECT_THAT(html, HasSubstr(sentence));
  }
}

TEST(ReportHtmlTest, IsAPageEvenForAMessageWithoutAnyField) {
  const std::string html = SlaReportHtml(v1::SlaReport());

  EXPECT_EQ(NestingErrorIn(html), "");
  EXPECT_THAT(html, HasSubstr("By type"));
}

TEST(ReportHtmlTest, NamesGroupsByTheirKeysUnderTheDimensionsTitles) {
  const std::string html = SlaReportHtml(BusyReport());

  EXPECT_THAT(html, HasSubstr("<caption>Deadlines kept, by type and region</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\" class=\"id\">Region</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"id\">access</th>"
                              "<td class=\"id\">eu-west</td><td class=\"n\">1,234</td>"));
}

TEST(ReportHtmlTest, NamesGroupsWithoutKeysByTheirType) {
  v1::SlaReport report;
  report.mutable_total()->set_received(1);
  report.add_groups()->set_type("deletion");
  report.mutable_groups(0)->set_received(1);

  EXPECT_THAT(SlaReportHtml(report), HasSubstr("<th scope=\"row\" class=\"id\">deletion</th>"
                                               "<td class=\"n\">1</td>"));
}

TEST(ReportHtmlTest, SaysHowLateABreachIsAndThatItIsStillOpen) {
  const std::string html = SlaReportHtml(BusyReport());

  EXPECT_THAT(html, HasSubstr("<td class=\"when\">2026-03-08T16:00:00Z</td>"
                              "<td class=\"when\">not yet</td>"
                              "<td class=\"n\">still open: 9.3 d</td><td>data system</td>"
                              "<td class=\"id\">crm, payment-archive</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"when\">2026-03-08T21:00:00Z</td>"
                              "<td class=\"n\">1.2 d</td><td>staff</td>"));
}

TEST(ReportHtmlTest, SaysWhenTheReportDoesNotListEveryBreach) {
  v1::SlaReport report = BusyReport();
  EXPECT_THAT(SlaReportHtml(report), HasSubstr("The latest 4 of 93 breaches"));

  report.mutable_total()->set_breached(4);

  EXPECT_THAT(SlaReportHtml(report), HasSubstr("Every breach, latest due time first"));
}

TEST(ReportHtmlTest, CountsFeesThatAreNeitherPaidNorEndedAsOutstanding) {
  EXPECT_THAT(SlaReportHtml(BusyReport()),
              HasSubstr("<tr class=\"total\"><th scope=\"row\" class=\"id\">All</th>"
                        "<td class=\"id\"></td><td class=\"n\">31</td><td class=\"n\">12</td>"
                        "<td class=\"n\">6</td><td class=\"n\">5</td><td class=\"n\">8</td></tr>"));
}

TEST(ReportHtmlTest, EscapesWhatTheReportSays) {
  v1::SlaReport report = BusyReport();
  const std::string markup = "<b a='1' c=\"2\">&";
  report.set_time_zone(markup);
  report.mutable_groups(0)->set_keys(0, markup);
  report.mutable_months(0)->set_month(markup);
  report.mutable_breaches(0)->set_request(markup);
  report.mutable_breaches(0)->set_type(markup);
  report.mutable_breaches(0)->set_owner(markup);
  report.mutable_breaches(0)->set_systems(0, markup);
  report.mutable_recipients(0)->set_recipient(markup);

  const std::string html = SlaReportHtml(report);

  EXPECT_THAT(html, Not(HasSubstr("<b ")));
  EXPECT_THAT(html, HasSubstr("&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;"));
  EXPECT_EQ(NestingErrorIn(html), "");
}

}  // namespace
}  // namespace dsr::dsrctl
