#include "unit/dsrctl/png_image.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace dsr::dsrctl {
namespace {

constexpr int kColourSteps = 2;

std::array<int, 3> BytesOfColour(absl::string_view colour) {
  std::array<int, 3> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<int>(
        std::strtol(std::string(colour.substr(1 + 2 * i, 2)).c_str(), nullptr, 16));
  }
  return bytes;
}

}  // namespace

int64_t PngImage::Count(absl::string_view colour, const PixelBox& box) const {
  const std::array<int, 3> wanted = BytesOfColour(colour);
  int64_t count = 0;
  for (int y = std::max(box.top, 0); y < std::min(box.top + box.height, height); ++y) {
    for (int x = std::max(box.left, 0); x < std::min(box.left + box.width, width); ++x) {
      const uint8_t* pixel = &bytes[(static_cast<size_t>(y) * width + x) * 3];
      bool is_equal = true;
      for (size_t i = 0; i < wanted.size(); ++i) {
        is_equal = is_equal && std::abs(pixel[i] - wanted[i]) <= kColourSteps;
      }
      count += is_equal ? 1 : 0;
    }
  }
  return count;
}

absl::StatusOr<PngImage> ReadPng(const std::string& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  PngImage image;
  bool is_read = png_image_begin_read_from_file(&png, path.c_str()) != 0;
  if (is_read) {
    png.format = PNG_FORMAT_RGB;
    image.bytes.resize(PNG_IMAGE_SIZE(png));
    is_read = png_image_finish_read(&png, nullptr, image.bytes.data(), 0, nullptr) != 0;
  }
  const std::string problem = png.message;
  png_image_free(&png);
  if (!is_read) return absl::UnknownError(absl::StrCat(path, ": ", problem));
  image.width = static_cast<int>(png.width);
  image.height = static_cast<int>(png.height);
  return image;
}

}  // namespace dsr::dsrctl
