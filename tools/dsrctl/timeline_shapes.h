// The shapes that the drawing of a timeline is made of.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_SHAPES_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_SHAPES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// How a text is set. Colours are as in CSS.
struct TextLook {
  double size = 11.5;
  absl::string_view colour = "#1f2933";
  absl::string_view anchor = "start";  // or `middle`, `end`
  bool bold = false;
  bool struck = false;
  bool halo = false;  // white around it, over lines
};

// Returns how wide `text` is, about and rather too much: which font draws it is not known.
double EstimatedWidth(absl::string_view text, double size);

// Returns `text` in lines of at most `width` at `size`, broken at spaces. A longer word is a line.
std::vector<std::string> WrappedWords(absl::string_view text, double size, double width);

// An SVG document, drawn from back to front. Texts are escaped, numbers have one decimal, so that
// a drawing is the same on every machine. Not thread-safe.
class TimelineShapes {
 public:
  void Rect(double x, double y, double width, double height, absl::string_view fill,
            double radius = 0);
  // `dash` is as in `stroke-dasharray`; empty draws a whole line.
  void Line(double x1, double y1, double x2, double y2, absl::string_view colour, double width,
            absl::string_view dash = "");
  // A hollow dot has a white inside.
  void Dot(double x, double y, double radius, absl::string_view colour, bool hollow);
  void Text(double x, double y, absl::string_view text, const TextLook& look);

  // Returns the document. `title` and `description` are for those who do not see it.
  std::string Document(double width, double height, absl::string_view title,
                       absl::string_view description) const;

 private:
  std::string shapes_;
};

// A `fill` for what stands still: stripes that let through what is beneath.
inline constexpr absl::string_view kStripes = "url(#stripes)";

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_SHAPES_H_
