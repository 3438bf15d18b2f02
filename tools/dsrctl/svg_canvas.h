// The shapes that charts are made of, as SVG.
#ifndef DSR_TOOLS_DSRCTL_SVG_CANVAS_H_
#define DSR_TOOLS_DSRCTL_SVG_CANVAS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// How an area is filled. Each is a colour with a pattern of its own, so that they differ in grey
// print, and for those who see no colours.
enum class Fill {
  kTeal,    // plain
  kAmber,   // stripes
  kGrey,    // dots on a pale ground
  kRed,     // lattice
  kViolet,  // lines
};

// Returns the colour that most of such an area has, as `#rrggbb`.
absl::string_view ColourOf(Fill fill);

// The side of the point that a text begins, ends or is centred at.
enum class Anchor { kStart, kMiddle, kEnd };

// Returns how wide `text` is about, at `size`, in the units of the canvas.
double TextWidth(absl::string_view text, double size);

// Returns `text` cut to at most `columns` terminal columns, the last of them an ellipsis when
// something was cut.
std::string Shortened(absl::string_view text, int columns);

// One picture, drawn from back to front. Texts are escaped. Coordinates grow to the right and down
// and are written with one decimal, so that a picture is the same on every machine. Not
// thread-safe.
class SvgCanvas {
 public:
  // `id` begins the ids of the picture's elements: unique in its page, of letters, digits and
  // dashes.
  SvgCanvas(absl::string_view id, double width, double height);

  // Draws a filled area. `tip` is shown when the pointer rests on it.
  void Area(double x, double y, double width, double height, Fill fill, absl::string_view tip);

  // Draws a line of a `colour` such as `#rrggbb`.
  void Line(double x1, double y1, double x2, double y2, absl::string_view colour, double width,
            bool dashed = false);

  // Writes `text` on one line; `y` is its base line. White around it keeps it readable on areas.
  void Text(double x, double y, absl::string_view text, double size, Anchor anchor,
            absl::string_view colour, bool bold = false);

  // Returns the picture as an element of HTML, with a title and a description for those who do not
  // see it.
  std::string Svg(absl::string_view title, absl::string_view description) const;

 private:
  const std::string id_;
  const double width_;
  const double height_;
  std::string shapes_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SVG_CANVAS_H_
