#include "dsr/base/address.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace dsr {
namespace {

constexpr size_t kMostAddressBytes = 254;
constexpr size_t kFewestDigits = 5;
constexpr size_t kMostDigits = 15;

}  // namespace

bool IsPlainAddress(absl::string_view address) {
  return !address.empty() && address.size() <= kMostAddressBytes &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return absl::ascii_isgraph(c) && !absl::StrContains("\"()<>[]\\,:;", c);
         });
}

bool IsMailAddress(absl::string_view address) {
  const size_t at = address.find('@');
  return IsPlainAddress(address) && at != absl::string_view::npos && at > 0 &&
         at + 1 < address.size() && address.find('@', at + 1) == absl::string_view::npos;
}

bool IsPhoneNumber(absl::string_view number) {
  absl::ConsumePrefix(&number, "+");
  return number.size() >= kFewestDigits && number.size() <= kMostDigits &&
         std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
}

}  // namespace dsr
