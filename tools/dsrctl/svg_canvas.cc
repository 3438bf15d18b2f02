#include "dsrctl/svg_canvas.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "dsr/base/html.h"
#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

struct FillStyle {
  Fill fill;
  absl::string_view name;
  absl::string_view colour;
  absl::string_view edge;
  // What lies on the colour in each square of the pattern, `size` wide; empty for a plain one.
  int size;
  absl::string_view pattern;
};

constexpr std::array kFillStyles = {
    FillStyle{Fill::kTeal, "teal", "#1f6f8b", "#144b5e", 0, ""},
    FillStyle{Fill::kAmber, "amber", "#f0a030", "#8f5300", 8,
              R"(<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="#8f5300" stroke-width="1.6"/>)"},
    FillStyle{Fill::kGrey, "grey", "#dde3ea", "#6b7785", 6,
              R"(<circle cx="3" cy="3" r="0.9" fill="#6b7785"/>)"},
    FillStyle{Fill::kRed, "red", "#b3261e", "#6e120c", 8,
              R"(<path d="M0 0l8 8M8 0l-8 8" stroke="#fff" stroke-width="0.9"/>)"},
    FillStyle{Fill::kViolet, "violet", "#8a6fc0", "#4b3480", 6,
              R"(<path d="M0 3h6" stroke="#fff" stroke-width="1.4"/>)"},
};

const FillStyle& FillStyleOf(Fill fill) {
  for (const FillStyle& style : kFillStyles) {
    if (style.fill == fill) return style;
  }
  return kFillStyles[0];
}

// Returns a coordinate with at most one decimal.
std::string Coordinate(double value) {
  const auto tenths = static_cast<int64_t>(std::llround(value * 10));
  const int64_t size = tenths < 0 ? -tenths : tenths;
  return absl::StrCat(tenths < 0 ? "-" : "", size / 10, size % 10 == 0 ? "" : ".",
                      size % 10 == 0 ? "" : absl::StrCat(size % 10));
}

std::string Attribute(absl::string_view name, double value) {
  return absl::StrCat(" ", name, "=\"", Coordinate(value), "\"");
}

absl::string_view AnchorText(Anchor anchor) {
  switch (anchor) {
    case Anchor::kStart:
      return "start";
    case Anchor::kMiddle:
      return "middle";
    case Anchor::kEnd:
      return "end";
  }
  return "start";
}

}  // namespace

absl::string_view ColourOf(Fill fill) { return FillStyleOf(fill).colour; }

double TextWidth(absl::string_view text, double size) {
  // In the sans-serif fonts that are common, a digit takes 0.56 of the size, and most words less.
  return DisplayWidth(text) * size * 0.56;
}

std::string Shortened(absl::string_view text, int columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  while (!text.empty() && DisplayWidth(text) > columns - 1) {
    // What continues a character goes together with its first byte.
    while (text.size() > 1 && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
      text.remove_suffix(1);
    }
    text.remove_suffix(1);
  }
  return absl::StrCat(text, "\u2026");
}

SvgCanvas::SvgCanvas(absl::string_view id, double width, double height)
    : id_(id), width_(width), height_(height) {}

void SvgCanvas::Area(double x, double y, double width, double height, Fill fill,
                     absl::string_view tip) {
  const FillStyle& style = FillStyleOf(fill);
  const std::string paint = style.pattern.empty()
                                ? std::string(style.colour)
                                : absl::StrCat("url(#", id_, "-", style.name, ")");
  absl::StrAppend(&shapes_, "<rect", Attribute("x", x), Attribute("y", y),
                  Attribute("width", width), Attribute("height", height), " fill=\"", paint,
                  "\" stroke=\"", style.edge, "\" stroke-width=\"0.7\"");
  absl::StrAppend(&shapes_, tip.empty()
                                ? "/>\n"
                                : absl::StrCat("><title>", EscapeHtml(tip), "</title></rect>\n"));
}

void SvgCanvas::Line(double x1, double y1, double x2, double y2, absl::string_view colour,
                     double width, bool dashed) {
  absl::StrAppend(&shapes_, "<line", Attribute("x1", x1), Attribute("y1", y1), Attribute("x2", x2),
                  Attribute("y2", y2), " stroke=\"", colour, "\"", Attribute("stroke-width", width),
                  dashed ? " stroke-dasharray=\"6 4\"" : "", "/>\n");
}

void SvgCanvas::Text(double x, double y, absl::string_view text, double size, Anchor anchor,
                     absl::string_view colour, bool bold) {
  absl::StrAppend(&shapes_, "<text", Attribute("x", x), Attribute("y", y),
                  Attribute("font-size", size), " text-anchor=\"", AnchorText(anchor), "\" fill=\"",
                  colour, "\"", bold ? " font-weight=\"600\"" : "",
                  " stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\""
                  " paint-order=\"stroke\">",
                  EscapeHtml(text), "</text>\n");
}

std::string SvgCanvas::Svg(absl::string_view title, absl::string_view description) const {
  std::string svg = absl::StrCat("<svg id=\"", id_, "\" viewBox=\"0 0 ", Coordinate(width_), " ",
                                 Coordinate(height_), "\" role=\"img\" aria-labelledby=\"", id_,
                                 "-title ", id_, "-desc\">\n<title id=\"", id_, "-title\">",
                                 EscapeHtml(title), "</title>\n<desc id=\"", id_, "-desc\">",
                                 EscapeHtml(description), "</desc>\n<defs>\n");
  // Patterns are this picture's own: the page stays right when it is left out or moved.
  for (const FillStyle& style : kFillStyles) {
    if (style.pattern.empty()) continue;
    absl::StrAppend(&svg, "<pattern id=\"", id_, "-", style.name, "\" width=\"", style.size,
                    "\" height=\"", style.size, "\" patternUnits=\"userSpaceOnUse\"><rect width=\"",
                    style.size, "\" height=\"", style.size, "\" fill=\"", style.colour, "\"/>",
                    style.pattern, "</pattern>\n");
  }
  absl::StrAppend(&svg, "</defs>\n", shapes_, "</svg>\n");
  return svg;
}

}  // namespace dsr::dsrctl
