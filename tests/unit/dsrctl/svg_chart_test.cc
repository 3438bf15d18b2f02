#include "dsrctl/svg_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

BarChart TwoBars() {
  return {.id = "two",
          .title = "Two bars",
          .description = "One is as high as the other.",
          .bar_title = "bar",
          .value_title = "things",
          .labels = {"first", "second"},
          .series = {{"good", Fill::kTeal, {3, 4}}, {"bad", Fill::kRed, {1, 0}}}};
}

TEST(AxisTicksTest, AreRoundAndReachTheGreatest) {
  EXPECT_THAT(AxisTicks(4), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(AxisTicks(9), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(AxisTicks(21), ElementsAre(0, 5, 10, 15, 20, 25));
  EXPECT_THAT(AxisTicks(371), ElementsAre(0, 100, 200, 300, 400));
  EXPECT_THAT(AxisTicks(1000), ElementsAre(0, 200, 400, 600, 800, 1000));
}

TEST(AxisTicksTest, AreAFewWhateverTheGreatestIs) {
  EXPECT_THAT(AxisTicks(0), ElementsAre(0, 1));
  EXPECT_THAT(AxisTicks(-7), ElementsAre(0, 1));
  EXPECT_THAT(AxisTicks(std::numeric_limits<int64_t>::max()), SizeIs(6));
}

TEST(LabelsWithRoomTest, AreAllWhenAllHaveRoom) {
  EXPECT_THAT(LabelsWithRoom(4, 1, 0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(LabelsWithRoom(1, 1, 0), ElementsAre(0));
}

TEST(LabelsWithRoomTest, KeepTheEdgesAndTheOrigin) {
  EXPECT_THAT(LabelsWithRoom(31, 5, 0), ElementsAre(0, 5, 10, 15, 20, 25, 30));
  EXPECT_THAT(LabelsWithRoom(24, 5, 9), ElementsAre(0, 9, 14, 23));
  EXPECT_THAT(LabelsWithRoom(3, 20, 0), ElementsAre(0));
}

TEST(ShortenedTest, CutsBetweenCharacters) {
  EXPECT_EQ(Shortened("short", 5), "short");
  EXPECT_EQ(Shortened("longer", 5), "long\u2026");
  EXPECT_EQ(Shortened("\u00e9\u00e9\u00e9\u00e9", 3), "\u00e9\u00e9\u2026");
  EXPECT_EQ(Shortened("\u6570\u636e\u4fdd\u62a4", 5), "\u6570\u636e\u2026");
}

TEST(ColumnChartTest, TellsReadersWhoDoNotSeeItWhatItShows) {
  const std::string svg = ColumnChartSvg(TwoBars());

  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-labelledby=\"two-title two-desc\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"two-title\">Two bars</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"two-desc\">One is as high as the other.</desc>"));
  EXPECT_THAT(svg, HasSubstr("<title>first: 3 good</title>"));
}

TEST(ColumnChartTest, DrawsNothingForNothing) {
  EXPECT_THAT(ColumnChartSvg(TwoBars()), Not(HasSubstr("second: 0 bad")));
}

TEST(ColumnChartTest, DrawsTheLeastPartSoThatItCanBeSeen) {
  BarChart chart = TwoBars();
  chart.series[0].values = {1000000, 4};
  EXPECT_THAT(ColumnChartSvg(chart),
              HasSubstr("height=\"2\" fill=\"url(#two-red)\" stroke=\"#6e120c\" "
                        "stroke-width=\"0.7\"><title>first: 1 bad</title>"));
}

TEST(ColumnChartTest, DrawsTheMarkOnlyWhereItIs) {
  BarChart chart = TwoBars();
  EXPECT_THAT(ColumnChartSvg(chart), Not(HasSubstr("stroke-dasharray")));
  chart.mark = BarMark{1, "the line"};
  EXPECT_THAT(ColumnChartSvg(chart), HasSubstr("stroke-dasharray"));
  EXPECT_THAT(ColumnChartSvg(chart), HasSubstr(">the line</text>"));
  chart.mark->after = 3;
  EXPECT_THAT(ColumnChartSvg(chart), Not(HasSubstr("the line")));
}

TEST(RowChartTest, EscapesEveryText) {
  BarChart chart = TwoBars();
  chart.labels[0] = "<b>&\"'";
  chart.series[0].name = "<i>";
  chart.title = "<u>";
  const std::string svg = RowChartSvg(chart);

  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;&amp;&quot;&#39;"));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, Not(HasSubstr("<i>")));
  EXPECT_THAT(svg, Not(HasSubstr("<u>")));
}

TEST(RowChartTest, ShortensALongLabelAndKeepsItWholeInTheTip) {
  BarChart chart = TwoBars();
  chart.labels[0] = std::string(60, 'a');
  const std::string svg = RowChartSvg(chart);

  EXPECT_THAT(svg, HasSubstr(std::string(60, 'a') + ": 3 good"));
  EXPECT_THAT(svg, HasSubstr(">" + std::string(25, 'a') + "\u2026</text>"));
}

}  // namespace
}  // namespace dsr::dsrctl
