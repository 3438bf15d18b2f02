// Where everything stands in a timeline's picture.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_LAYOUT_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_LAYOUT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsrctl/timeline.h"
#include "dsrctl/timeline_flags.h"
#include "dsrctl/timeline_scale.h"

namespace dsr::dsrctl {

// A head, dates and marks as a table on the left, the axis and its bar on the right, and the
// legend. Lengths are pixels, from the upper left corner. Made for one timeline, which outlives it.
class TimelineLayout {
 public:
  static constexpr double kPageWidth = 1000;
  static constexpr double kMargin = 24;
  static constexpr double kHeadBottom = 80;
  // The chart. Labels may reach a little beyond it.
  static constexpr double kChartLeft = 505;
  static constexpr double kChartRight = 970;
  static constexpr double kBandHeight = 28;
  static constexpr double kFactHeight = 18;
  static constexpr double kLaneHeight = 17;
  static constexpr double kLineHeight = 15;
  // The table of marks: where the days since receipt end, and what happened begins.
  static constexpr double kSinceRight = 180;
  static constexpr double kWhatLeft = 192;

  // A date on the left of the bar.
  struct Fact {
    std::string name;
    std::string value;
    absl::string_view ink;
    bool struck = false;
  };

  // A mark, with its words in lines.
  struct Row {
    const Mark* mark;
    std::vector<std::string> lines;
    double top;
  };

  explicit TimelineLayout(const Timeline& timeline);

  const TimeScale& scale() const { return scale_; }
  const std::vector<Fact>& facts() const { return facts_; }
  const std::vector<PlacedFlag>& flags() const { return flags_; }
  const std::vector<Row>& rows() const { return rows_; }

  double band_top() const { return band_top_; }
  double band_bottom() const { return band_top_ + kBandHeight; }
  // Beneath the lowest lane of flags.
  double lanes_bottom() const { return band_top_ - 6; }
  double rows_bottom() const { return rows_bottom_; }
  double height() const { return rows_bottom_ + 44; }

  // Where a place on the axis, from 0 to 1, and an instant stand.
  static double AxisX(double at) { return kChartLeft + at * (kChartRight - kChartLeft); }
  double X(absl::Time time) const { return AxisX(scale_.At(time)); }

 private:
  void PlaceBand(const Timeline& timeline);
  void PlaceRows(const Timeline& timeline);

  TimeScale scale_;
  std::vector<Fact> facts_;
  std::vector<PlacedFlag> flags_;
  std::vector<Row> rows_;
  double band_top_ = 0;
  double rows_bottom_ = 0;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_LAYOUT_H_
