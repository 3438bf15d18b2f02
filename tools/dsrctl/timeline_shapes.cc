#include "dsrctl/timeline_shapes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "dsr/base/html.h"
#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

// Widths of Helvetica's letters as parts of the size, a little more for fonts that run wider.
struct CharacterWidth {
  absl::string_view characters;
  double width;
};

constexpr CharacterWidth kCharacterWidths[] = {
    {" !'()*,-./:;I[]fijlrt|", 0.33}, {"ABCDEFGHKNOPQRSTUVXYZ&", 0.75}, {"%@MWmw", 0.9}};
constexpr double kPlainWidth = 0.59;

// What XML cannot hold is written out first.
std::string ShapeText(absl::string_view text) { return EscapeHtml(Printable(text)); }

}  // namespace

double EstimatedWidth(absl::string_view text, double size) {
  double width = 0;
  int plain = DisplayWidth(text);
  for (const CharacterWidth& kind : kCharacterWidths) {
    for (const char c : text) {
      if (kind.characters.find(c) == absl::string_view::npos) continue;
      width += kind.width;
      --plain;
    }
  }
  return (width + plain * kPlainWidth) * size;
}

std::vector<std::string> WrappedWords(absl::string_view text, double size, double width) {
  std::vector<std::string> lines(1);
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    std::string& line = lines.back();
    if (line.empty()) {
      line = std::string(word);
    } else if (EstimatedWidth(absl::StrCat(line, " ", word), size) <= width) {
      absl::StrAppend(&line, " ", word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

void TimelineShapes::Rect(double x, double y, double width, double height, absl::string_view fill,
                          double radius) {
  absl::StrAppendFormat(&shapes_,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"", x,
                        y, width, height, fill);
  if (radius > 0) absl::StrAppendFormat(&shapes_, " rx=\"%.1f\"", radius);
  shapes_ += "/>\n";
}

void TimelineShapes::Line(double x1, double y1, double x2, double y2, absl::string_view colour,
                          double width, absl::string_view dash) {
  absl::StrAppendFormat(&shapes_,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
                        "stroke-width=\"%.1f\"",
                        x1, y1, x2, y2, colour, width);
  if (!dash.empty()) absl::StrAppendFormat(&shapes_, " stroke-dasharray=\"%s\"", dash);
  shapes_ += "/>\n";
}

void TimelineShapes::Dot(double x, double y, double radius, absl::string_view colour, bool hollow) {
  absl::StrAppendFormat(&shapes_,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" stroke=\"%s\"/>\n",
                        x, y, radius, hollow ? absl::string_view("#ffffff") : colour, colour);
}

void TimelineShapes::Text(double x, double y, absl::string_view text, const TextLook& look) {
  absl::StrAppendFormat(&shapes_,
                        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" fill=\"%s\" "
                        "text-anchor=\"%s\"",
                        x, y, look.size, look.colour, look.anchor);
  if (look.bold) shapes_ += " font-weight=\"bold\"";
  if (look.struck) shapes_ += " text-decoration=\"line-through\"";
  if (look.halo) {
    shapes_ +=
        " stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
  }
  absl::StrAppend(&shapes_, ">", ShapeText(text), "</text>\n");
}

std::string TimelineShapes::Document(double width, double height, absl::string_view title,
                                     absl::string_view description) const {
  const std::string size = absl::StrFormat("%.0f", width);
  const std::string high = absl::StrFormat("%.0f", height);
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
      "width=\"",
      size, "\" height=\"", high, "\" viewBox=\"0 0 ", size, " ", high,
      "\" role=\"img\" aria-labelledby=\"title description\" "
      "font-family=\"Helvetica, Arial, 'DejaVu Sans', 'PingFang SC', 'Microsoft YaHei', "
      "sans-serif\">\n<title id=\"title\">",
      ShapeText(title), "</title>\n<desc id=\"description\">", ShapeText(description),
      "</desc>\n"
      "<defs><pattern id=\"stripes\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
      "<path d=\"M-1 1L1 -1M0 6L6 0M5 7L7 5\" stroke=\"#1f2933\" stroke-width=\"1\"/></pattern>"
      "</defs>\n",
      shapes_, "</svg>\n");
}

}  // namespace dsr::dsrctl
