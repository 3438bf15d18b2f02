// What a real browser makes of the page of a report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "dsrctl/report_html.h"
#include "dsrctl/svg_canvas.h"
#include "testing/status_matchers.h"
#include "unit/dsrctl/chromium.h"
#include "unit/dsrctl/sample_reports.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kWindowWidth = 1000;
constexpr int kWholePage = 6000;

// Writes what was laid out into the document: the page's width and each chart's place.
constexpr char kMeasuringScript[] = R"html(<script>
const root = document.documentElement;
let lines = ["page " + root.scrollWidth + " " + root.clientWidth];
for (const svg of document.querySelectorAll("svg")) {
  const box = svg.getBoundingClientRect();
  const inside = (b) => b.left >= box.left - 1 && b.right <= box.right + 1 &&
      b.top >= box.top - 1 && b.bottom <= box.bottom + 1;
  // A line of text is higher than its letters.
  const boxes = [...svg.querySelectorAll("text")].map((t) => t.getBoundingClientRect());
  const cross = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 &&
      a.top < b.bottom - 4 && b.top < a.bottom - 4;
  let crossing = 0;
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => { if (cross(a, b)) crossing++; }));
  lines.push([svg.id, Math.round(box.left), Math.round(box.top), Math.round(box.width),
      Math.round(box.height), boxes.filter((b) => !inside(b)).length, crossing].join(" "));
}
root.setAttribute("data-measured", lines.join(";"));
</script>)html";

struct LaidOutChart {
  PixelBox box;
  int texts_outside = 0;
  int texts_on_texts = 0;
};

struct LaidOutPage {
  int width = 0;
  int window_width = 0;
  std::map<std::string, LaidOutChart> charts;
};

// Lays `html` out and measures it; for that, and only for that, a script is let in.
absl::StatusOr<LaidOutPage> LayOut(const std::string& html, int width) {
  const std::string open =
      absl::StrReplaceAll(html, {{"http-equiv=\"Content-Security-Policy\"", "name=\"policy\""},
                                 {"</body>", absl::StrCat(kMeasuringScript, "</body>")}});
  const auto dom = DomOf(open, Scripts::kOn, width);
  if (!dom.ok()) return dom.status();
  const std::vector<std::string> parts = absl::StrSplit(*dom, '"');
  LaidOutPage page;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (!absl::EndsWith(parts[i], "data-measured=")) continue;
    for (absl::string_view line : absl::StrSplit(parts[i + 1], ';')) {
      std::istringstream words{std::string(line)};
      std::string name;
      words >> name;
      if (name == "page") {
        words >> page.width >> page.window_width;
      } else {
        LaidOutChart& chart = page.charts[name];
        words >> chart.box.left >> chart.box.top >> chart.box.width >> chart.box.height >>
            chart.texts_outside >> chart.texts_on_texts;
      }
    }
  }
  return page;
}

// Returns how many elements of each kind begin in `html`.
std::map<std::string, int> ElementsIn(absl::string_view html) {
  std::map<std::string, int> elements;
  for (size_t at = html.find('<'); at != absl::string_view::npos; at = html.find('<', at + 1)) {
    const absl::string_view rest = html.substr(at + 1);
    const absl::string_view name =
        rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"));
    if (!name.empty()) ++elements[std::string(name)];
  }
  return elements;
}

// Returns what `pdf` says about each of its pages on the line that begins with `beginning`.
std::vector<std::string> PageLinesOf(const std::string& pdf, absl::string_view beginning) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(pdf, '\n')) {
    if (absl::StartsWith(line, beginning)) lines.emplace_back(line);
  }
  return lines;
}

TEST(ReportHtmlBrowserTest, ParsesThePageIntoTheElementsThatWereWritten) {
  const std::string html = SlaReportHtml(BusyReport());

  DSR_ASSERT_OK_AND_ASSIGN(const std::string dom, DomOf(html, Scripts::kOff));

  // A browser mends what is not well formed by adding or moving elements.
  std::map<std::string, int> elements = ElementsIn(dom);
  EXPECT_EQ(elements, ElementsIn(html));
  EXPECT_EQ(elements["svg"], 4);
  EXPECT_EQ(elements["figure"], 4);
  EXPECT_EQ(elements["table"], 8 + 4);  // and the figures of each chart
  EXPECT_EQ(elements["script"], 0);
}

TEST(ReportHtmlBrowserTest, ParsesThePageOfAnEmptyReportWithoutChartsAndTables) {
  const std::string html = SlaReportHtml(EmptyReport());

  DSR_ASSERT_OK_AND_ASSIGN(const std::string dom, DomOf(html, Scripts::kOff));

  std::map<std::string, int> elements = ElementsIn(dom);
  EXPECT_EQ(elements, ElementsIn(html));
  EXPECT_EQ(elements["svg"], 0);
  EXPECT_EQ(elements["table"], 0);
  EXPECT_THAT(dom, HasSubstr("No request was received in this span."));
}

TEST(ReportHtmlBrowserTest, DrawsEveryChartInItsColours) {
  const std::string html = SlaReportHtml(BusyReport());
  const std::map<std::string, std::set<Fill>> fills = {
      {"chart-months", {Fill::kTeal, Fill::kAmber, Fill::kGrey}},
      {"chart-answer-days", {Fill::kTeal, Fill::kAmber}},
      {"chart-days-left", {Fill::kRed, Fill::kAmber, Fill::kTeal}},
      {"chart-recipients", {Fill::kTeal, Fill::kViolet, Fill::kGrey, Fill::kRed}}};

  DSR_ASSERT_OK_AND_ASSIGN(const LaidOutPage page, LayOut(html, kWindowWidth));
  DSR_ASSERT_OK_AND_ASSIGN(const PngImage image, ScreenshotOf(html, kWindowWidth, kWholePage));

  ASSERT_EQ(image.width, kWindowWidth);
  ASSERT_EQ(page.charts.size(), fills.size());
  for (const auto& [name, colours] : fills) {
    ASSERT_EQ(page.charts.count(name), 1) << name;
    const PixelBox& box = page.charts.at(name).box;
    EXPECT_GT(box.width, 800) << name;
    for (const Fill fill : {Fill::kTeal, Fill::kAmber, Fill::kGrey, Fill::kRed, Fill::kViolet}) {
      const int64_t pixels = image.Count(ColourOf(fill), box);
      if (colours.count(fill) == 0) {
        EXPECT_EQ(pixels, 0) << name << " " << ColourOf(fill);
      } else {
        // More than a swatch of the legend has, and less than half of the chart.
        EXPECT_THAT(pixels, AllOf(Ge(300), Le(int64_t{box.width} * box.height / 2)))
            << name << " " << ColourOf(fill);
      }
    }
  }
}

TEST(ReportHtmlBrowserTest, DrawsBarsAsHighAsTheirNumbers) {
  v1::SlaReport report = EmptyReport();
  for (const int64_t received : {100, 300}) {
    v1::SlaMonth& month = *report.add_months();
    month.set_month(received == 100 ? "2026-01" : "2026-02");
    month.set_received(received);
    month.set_answered_in_time(received);
  }
  const std::string html = SlaReportHtml(report);

  DSR_ASSERT_OK_AND_ASSIGN(const LaidOutPage page, LayOut(html, kWindowWidth));
  DSR_ASSERT_OK_AND_ASSIGN(const PngImage image, ScreenshotOf(html, kWindowWidth, kWholePage));

  ASSERT_EQ(page.charts.count("chart-months"), 1);
  PixelBox half = page.charts.at("chart-months").box;
  half.top += 30;  // below the legend
  half.width /= 2;
  const auto first = static_cast<double>(image.Count(ColourOf(Fill::kTeal), half));
  half.left += half.width;
  const auto second = static_cast<double>(image.Count(ColourOf(Fill::kTeal), half));
  EXPECT_GT(first, 1000);
  EXPECT_NEAR(second / first, 3, 0.2);
}

TEST(ReportHtmlBrowserTest, ShowsAnEmptyReportAsTextWithoutAnyChart) {
  const std::string html = SlaReportHtml(EmptyReport());

  DSR_ASSERT_OK_AND_ASSIGN(const PngImage image, ScreenshotOf(html, kWindowWidth, 2000));

  const PixelBox all = {0, 0, image.width, image.height};
  EXPECT_GT(image.Count("#ffffff", all), 1000000);
  EXPECT_GT(image.Count("#1d2733", all), 1000);
  for (const Fill fill : {Fill::kTeal, Fill::kAmber, Fill::kRed, Fill::kViolet}) {
    EXPECT_EQ(image.Count(ColourOf(fill), all), 0) << ColourOf(fill);
  }
}

TEST(ReportHtmlBrowserTest, FitsItsWindowWithoutScrollingSideways) {
  v1::SlaReport report = BusyReport();
  const std::string long_name(120, 'm');
  report.mutable_breaches(0)->set_owner(long_name);
  report.mutable_recipients(0)->set_recipient("recipients/" + long_name);
  report.mutable_groups(0)->set_keys(0, long_name);
  const std::string html = SlaReportHtml(report);

  for (const int width : {1600, 1000, 500}) {
    DSR_ASSERT_OK_AND_ASSIGN(const LaidOutPage page, LayOut(html, width));

    EXPECT_EQ(page.window_width, width);
    EXPECT_LE(page.width, page.window_width);
  }
}

TEST(ReportHtmlBrowserTest, WritesEveryTextOfAChartInsideOfItAndOnNoOther) {
  v1::SlaReport report = BusyReport();
  report.mutable_months(3)->set_received(1234567890);
  while (report.months_size() < 55) *report.add_months() = report.months(report.months_size() - 12);

  for (const v1::SlaReport& each : {BusyReport(), report}) {
    DSR_ASSERT_OK_AND_ASSIGN(const LaidOutPage page, LayOut(SlaReportHtml(each), kWindowWidth));

    ASSERT_EQ(page.charts.size(), 4);
    for (const auto& [name, chart] : page.charts) {
      EXPECT_EQ(chart.texts_outside, 0) << name;
      EXPECT_EQ(chart.texts_on_texts, 0) << name;
    }
  }
}

TEST(ReportHtmlBrowserTest, PrintsOnPagesOfA4) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::string busy, PdfOf(SlaReportHtml(BusyReport())));
  DSR_ASSERT_OK_AND_ASSIGN(const std::string empty, PdfOf(SlaReportHtml(EmptyReport())));

  // How many exactly is up to the fonts that are installed.
  EXPECT_THAT(PageLinesOf(busy, "/MediaBox"), SizeIs(AllOf(Ge(4), Le(7))));
  EXPECT_THAT(PageLinesOf(empty, "/MediaBox"), SizeIs(AllOf(Ge(1), Le(3))));
  for (const std::string& line : PageLinesOf(busy, "/MediaBox")) {
    EXPECT_THAT(line, HasSubstr("[0 0 594.95996 841.91998]"));
  }
}

TEST(ReportHtmlBrowserTest, RunsNoScriptEvenWhereScriptsAreAllowed) {
  v1::SlaReport report = BusyReport();
  const std::string attack = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";
  report.mutable_breaches(0)->set_owner(attack);
  report.mutable_groups(0)->set_keys(0, attack);
  report.mutable_recipients(0)->set_recipient("\"'>" + attack);
  report.mutable_months(0)->set_month("</svg>" + attack);
  const std::string html = SlaReportHtml(report);

  DSR_ASSERT_OK_AND_ASSIGN(const std::string dom, DomOf(html, Scripts::kOn));
  // And were something not escaped, the browser would still be told not to run it.
  DSR_ASSERT_OK_AND_ASSIGN(
      const std::string injected,
      DomOf(absl::StrReplaceAll(html, {{"</main>", absl::StrCat(attack, "</main>")}}),
            Scripts::kOn));

  EXPECT_EQ(ElementsIn(dom), ElementsIn(html));
  EXPECT_EQ(ElementsIn(dom)["script"], 0);
  EXPECT_EQ(ElementsIn(dom)["img"], 0);
  EXPECT_THAT(dom, HasSubstr("<title>Deadline report as of"));
  EXPECT_THAT(injected, HasSubstr("<script>"));
  EXPECT_THAT(injected, HasSubstr("<title>Deadline report as of"));
  EXPECT_THAT(injected, Not(HasSubstr("<title>taken")));
}

}  // namespace
}  // namespace dsr::dsrctl
