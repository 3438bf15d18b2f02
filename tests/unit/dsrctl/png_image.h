// Pictures to look at pixel by pixel.
#ifndef DSR_TESTS_UNIT_DSRCTL_PNG_IMAGE_H_
#define DSR_TESTS_UNIT_DSRCTL_PNG_IMAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// A part of a picture, in pixels. What lies outside of the picture does not count.
struct PixelBox {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// A picture of red, green and blue bytes, line by line.
struct PngImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> bytes;

  // Returns how many pixels of `box` have the colour `#rrggbb`, but for 2 steps of each byte.
  int64_t Count(absl::string_view colour, const PixelBox& box) const;
};

// Reads a PNG file. UNKNOWN, with what libpng says, when it cannot be read.
absl::StatusOr<PngImage> ReadPng(const std::string& path);

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_PNG_IMAGE_H_
