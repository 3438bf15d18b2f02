// Lets fmt and spdlog print absl::string_view, which is not std::string_view in Debian's Abseil.
#ifndef DSR_BASE_FMT_STRING_VIEW_H_
#define DSR_BASE_FMT_STRING_VIEW_H_

#include <fmt/core.h>

#include "absl/strings/string_view.h"

template <>
struct fmt::formatter<absl::string_view> : fmt::formatter<fmt::string_view> {
  template <typename FormatContext>
  auto format(absl::string_view text, FormatContext& context) const {
    return fmt::formatter<fmt::string_view>::format(fmt::string_view(text.data(), text.size()),
                                                    context);
  }
};

#endif  // DSR_BASE_FMT_STRING_VIEW_H_
