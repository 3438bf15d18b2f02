#include "dsrctl/svg_chart.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsrctl/report_text.h"

namespace dsr::dsrctl {
namespace {

constexpr double kChartWidth = 900;
constexpr double kTextSize = 13;
constexpr double kSmallSize = 12;
constexpr char kInk[] = "#1d2733";
constexpr char kSoftInk[] = "#4a5766";
constexpr char kGrid[] = "#dcdcdc";
constexpr double kLegendHeight = 30;
constexpr double kLegendGap = 14;
constexpr double kSwatchWidth = 20;
constexpr double kPlotHeight = 190;
constexpr double kRowHeight = 25;
constexpr size_t kLongestLabel = 26;
// A part that is not 0 has to be seen, and its edge alone takes 0.7.
constexpr double kThinnest = 2;

// The axis of values: `length` of the canvas stand for `greatest`.
struct ValueScale {
  std::vector<int64_t> ticks;
  double length = 0;

  double At(int64_t value) const {
    return length * static_cast<double>(std::max<int64_t>(value, 0)) /
           static_cast<double>(ticks.back());
  }
};

int64_t TotalOf(const BarChart& chart, size_t bar) {
  return bar < chart.totals.size() ? chart.totals[bar] : BarSum(chart, bar);
}

ValueScale ScaleOf(const BarChart& chart, double length) {
  int64_t greatest = 0;
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    greatest = std::max({greatest, BarSum(chart, i), TotalOf(chart, i)});
  }
  return {AxisTicks(greatest), length};
}

// Writes the title of the upright axis at the left, and what the fills mean at the right.
void DrawChartLegend(SvgCanvas& canvas, const BarChart& chart, absl::string_view axis_title) {
  canvas.Text(0, 14, Capitalised(axis_title), kTextSize, Anchor::kStart, kSoftInk);
  const auto width_of = [](const BarSeries& series) {
    return kSwatchWidth + 6 + TextWidth(series.name, kTextSize);
  };
  double x = kChartWidth;
  for (const BarSeries& series : chart.series) x -= width_of(series) + kLegendGap;
  x += kLegendGap;
  for (const BarSeries& series : chart.series) {
    canvas.Area(x, 3, kSwatchWidth, 13, series.fill, "");
    canvas.Text(x + kSwatchWidth + 6, 14, series.name, kTextSize, Anchor::kStart, kInk);
    x += width_of(series) + kLegendGap;
  }
}

std::string TipOf(const BarChart& chart, size_t bar, const BarSeries& series) {
  return absl::StrCat(chart.labels[bar], ": ", CountText(series.values[bar]), " ", series.name);
}

// Calls `draw` with the series, the begin and the length of each part of a bar, first to last.
template <typename Draw>
void ForEachPart(const BarChart& chart, const ValueScale& scale, size_t bar, const Draw& draw) {
  double begin = 0;
  for (const BarSeries& series : chart.series) {
    if (series.values[bar] <= 0) continue;
    const double length = std::max(scale.At(series.values[bar]), kThinnest);
    draw(series, begin, length);
    begin += length;
  }
}

double WidestLabel(const BarChart& chart) {
  double widest = 0;
  for (const std::string& label : chart.labels) {
    widest = std::max(widest, TextWidth(label, kSmallSize));
  }
  return widest;
}

// Writes the labels below the columns, as many as have room.
void DrawColumnLabels(SvgCanvas& canvas, const BarChart& chart, double left, double slot,
                      double bottom) {
  auto step = static_cast<size_t>((WidestLabel(chart) + 10) / slot) + 1;
  for (const size_t allowed : chart.label_steps) {
    if (allowed < step) continue;
    step = allowed;
    break;
  }
  for (const size_t i : LabelsWithRoom(chart.labels.size(), step, chart.label_origin)) {
    canvas.Text(left + slot * (static_cast<double>(i) + 0.5), bottom + 18, chart.labels[i],
                kSmallSize, Anchor::kMiddle, kInk);
  }
  canvas.Text((left + kChartWidth) / 2, bottom + 38, Capitalised(chart.bar_title), kTextSize,
              Anchor::kMiddle, kSoftInk);
}

void DrawMark(SvgCanvas& canvas, const BarMark& mark, double x, double top, double bottom) {
  canvas.Line(x, top - 22, x, bottom, kInk, 2, true);
  const bool fits = x + 8 + TextWidth(mark.label, kTextSize) < kChartWidth;
  canvas.Text(fits ? x + 7 : x - 7, top - 12, mark.label, kTextSize,
              fits ? Anchor::kStart : Anchor::kEnd, kInk, true);
}

}  // namespace

int64_t BarSum(const BarChart& chart, size_t bar) {
  int64_t sum = 0;
  for (const BarSeries& series : chart.series) sum += std::max<int64_t>(series.values[bar], 0);
  return sum;
}

std::vector<int64_t> AxisTicks(int64_t greatest) {
  constexpr int64_t kMost = 1'000'000'000'000'000;  // so that nothing below overflows
  greatest = std::clamp<int64_t>(greatest, 1, kMost);
  int64_t power = 1;
  int64_t step = 1;
  for (int factor = 1; step * 5 < greatest; factor = factor == 1 ? 2 : factor == 2 ? 5 : 1) {
    if (step == 5 * power) power *= 10;
    step = factor * power;
  }
  std::vector<int64_t> ticks = {0};
  while (ticks.back() < greatest) ticks.push_back(ticks.back() + step);
  return ticks;
}

std::vector<size_t> LabelsWithRoom(size_t count, size_t step, size_t origin) {
  std::vector<size_t> shown;
  for (size_t i = 0; i < count; ++i) {
    const size_t distance = i > origin ? i - origin : origin - i;
    const bool is_edge = i == 0 || i + 1 == count;
    if (is_edge || (distance % step == 0 && i >= step && i + step < count)) shown.push_back(i);
  }
  if (count >= 2 && count - 1 < step) shown.pop_back();
  return shown;
}

std::string ColumnChartSvg(const BarChart& chart) {
  const double top = kLegendHeight + (chart.mark.has_value() ? 40 : 22);
  const double bottom = top + kPlotHeight;
  const ValueScale scale = ScaleOf(chart, kPlotHeight);
  const double left = TextWidth(CountText(scale.ticks.back()), kSmallSize) + 12;
  const auto columns = static_cast<double>(chart.labels.size());
  // The last label may be wider than its column, and stays in the picture.
  const double right =
      kChartWidth - std::max(WidestLabel(chart) - (kChartWidth - left) / columns, 0.0) / 2;
  const double slot = (right - left) / columns;
  const double width = std::min(slot * 0.74, 64.0);
  SvgCanvas canvas(chart.id, kChartWidth, bottom + 46);

  DrawChartLegend(canvas, chart, chart.value_title);
  for (const int64_t tick : scale.ticks) {
    const double y = bottom - scale.At(tick);
    if (tick != 0) canvas.Line(left, y, right, y, kGrid, 1);
    canvas.Text(left - 8, y + 4, CountText(tick), kSmallSize, Anchor::kEnd, kSoftInk);
  }
  bool totals_fit = true;
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    totals_fit = totals_fit && TextWidth(CountText(TotalOf(chart, i)), kSmallSize) + 3 <= slot;
  }
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    const double middle = left + slot * (static_cast<double>(i) + 0.5);
    double end = bottom;
    ForEachPart(chart, scale, i, [&](const BarSeries& series, double begin, double length) {
      end = bottom - begin - length;
      canvas.Area(middle - width / 2, end, width, length, series.fill, TipOf(chart, i, series));
    });
    if (totals_fit && TotalOf(chart, i) > 0) {
      canvas.Text(middle, end - 5, CountText(TotalOf(chart, i)), kSmallSize, Anchor::kMiddle, kInk);
    }
  }
  canvas.Line(left, bottom, right, bottom, kSoftInk, 1.2);
  if (chart.mark.has_value() && chart.mark->after >= 0 &&
      static_cast<size_t>(chart.mark->after) <= chart.labels.size()) {
    DrawMark(canvas, *chart.mark, left + slot * chart.mark->after, top, bottom);
  }
  DrawColumnLabels(canvas, chart, left, slot, bottom);
  return canvas.Svg(chart.title, chart.description);
}

std::string RowChartSvg(const BarChart& chart) {
  std::vector<std::string> names;
  double left = 0;
  double room = 0;
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    names.push_back(Shortened(chart.labels[i], kLongestLabel));
    left = std::max(left, TextWidth(names.back(), kTextSize) + 10);
    room = std::max(room, TextWidth(CountText(TotalOf(chart, i)), kSmallSize) + 12);
  }
  const double bottom = kLegendHeight + kRowHeight * static_cast<double>(chart.labels.size()) + 4;
  const ValueScale scale = ScaleOf(chart, kChartWidth - left - room);
  SvgCanvas canvas(chart.id, kChartWidth, bottom + 46);

  DrawChartLegend(canvas, chart, chart.bar_title);
  for (const int64_t tick : scale.ticks) {
    const double x = left + scale.At(tick);
    if (tick != 0) canvas.Line(x, kLegendHeight, x, bottom, kGrid, 1);
    canvas.Text(x, bottom + 18, CountText(tick), kSmallSize, Anchor::kMiddle, kSoftInk);
  }
  for (size_t i = 0; i < chart.labels.size(); ++i) {
    const double y = kLegendHeight + kRowHeight * static_cast<double>(i) + 4;
    double end = 0;
    ForEachPart(chart, scale, i, [&](const BarSeries& series, double begin, double length) {
      end = begin + length;
      canvas.Area(left + begin, y, length, kRowHeight - 8, series.fill, TipOf(chart, i, series));
    });
    canvas.Text(left - 8, y + 13, names[i], kTextSize, Anchor::kEnd, kInk);
    canvas.Text(left + end + 6, y + 13, CountText(TotalOf(chart, i)), kSmallSize, Anchor::kStart,
                kInk);
  }
  canvas.Line(left, kLegendHeight, left, bottom, kSoftInk, 1.2);
  canvas.Text((left + kChartWidth - room) / 2, bottom + 38, Capitalised(chart.value_title),
              kTextSize, Anchor::kMiddle, kSoftInk);
  return canvas.Svg(chart.title, chart.description);
}

}  // namespace dsr::dsrctl
