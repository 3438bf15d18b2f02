// Charts of stacked bars, as SVG.
#ifndef DSR_TOOLS_DSRCTL_SVG_CHART_H_
#define DSR_TOOLS_DSRCTL_SVG_CHART_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsrctl/svg_canvas.h"

namespace dsr::dsrctl {

// One part of every bar.
struct BarSeries {
  std::string name;
  Fill fill = Fill::kTeal;
  // One a bar. What is negative is drawn as nothing; what is not 0 can always be seen.
  std::vector<int64_t> values;
};

// A line between two bars that everything is measured against.
struct BarMark {
  // How many bars stand before it, from 0 to all; one beyond is not drawn.
  int after = 0;
  std::string label;
};

// Bars whose parts are stacked, with a legend, an axis that begins at 0, and a total each.
struct BarChart {
  // Unique in the page, of letters, digits and dashes.
  std::string id;
  // What it shows, and in a sentence what is to be seen in it.
  std::string title;
  std::string description;
  // What a bar is, and what is counted in one.
  std::string bar_title;
  std::string value_title;
  // One a bar.
  std::vector<std::string> labels;
  // When there is room for some labels only: the distances that they may have, ascending, and a bar
  // whose label stays.
  std::vector<size_t> label_steps = {1, 2, 5, 10, 20, 50, 100};
  size_t label_origin = 0;
  std::vector<BarSeries> series;
  // One a bar, or none: what is written at its end instead of the sum of its parts.
  std::vector<int64_t> totals;
  std::optional<BarMark> mark;
};

// Returns the sum of a bar's parts.
int64_t BarSum(const BarChart& chart, size_t bar);

// Returns the marks of an axis from 0 to `greatest` or a little more: at most six of them, whole
// numbers at equal distances of 1, 2 or 5 times a power of ten.
std::vector<int64_t> AxisTicks(int64_t greatest);

// Returns which of `count` labels are written at a distance of `step`: the first, the last and,
// between them, those that stand a multiple of it from label `origin`.
std::vector<size_t> LabelsWithRoom(size_t count, size_t step, size_t origin);

// Draws the bars side by side, for a course of time. Labels and totals that have no room are left
// out. At least one bar.
std::string ColumnChartSvg(const BarChart& chart);

// Draws the bars one below the other, for things with names. At least one bar; no mark.
std::string RowChartSvg(const BarChart& chart);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SVG_CHART_H_
