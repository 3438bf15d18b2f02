#include "dsr/workflow/regions.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace dsr {

bool IsRegion(absl::string_view region) {
  const auto is_letter = [](char c) { return absl::ascii_isupper(c); };
  const auto is_part = [](char c) { return absl::ascii_isupper(c) || absl::ascii_isdigit(c); };
  const absl::string_view country = region.substr(0, 2);
  if (country.size() != 2 || !std::all_of(country.begin(), country.end(), is_letter)) return false;
  if (region.size() == 2) return true;
  const absl::string_view part = region.substr(3);
  return region[2] == '-' && 1 <= part.size() && part.size() <= 3 &&
         std::all_of(part.begin(), part.end(), is_part);
}

}  // namespace dsr
