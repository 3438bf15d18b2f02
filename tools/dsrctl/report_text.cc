#include "dsrctl/report_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "dsr/base/proto_time.h"
#include "dsrctl/enum_names.h"

namespace dsr::dsrctl {
namespace {

constexpr int64_t kMinute = 60;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// Returns `seconds` in tenths of `unit`, rounded.
int64_t Tenths(int64_t seconds, int64_t unit) {
  return seconds / unit * 10 + (seconds % unit * 10 + unit / 2) / unit;
}

// Integers all the way: neither a locale nor a binary fraction has a say.
std::string TenthsText(int64_t tenths) {
  return absl::StrCat(CountText(tenths / 10), ".", tenths % 10);
}

}  // namespace

std::string CountText(int64_t count) {
  const std::string digits = absl::StrCat(count);
  const size_t first = count < 0 ? 1 : 0;
  std::string text = count < 0 ? "\u2212" : "";
  for (size_t i = first; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string CountOf(int64_t count, absl::string_view word) {
  return absl::StrCat(CountText(count), " ", word, count == 1 ? "" : "s");
}

std::string PercentText(int64_t part, int64_t whole) {
  if (whole <= 0) return "\u2013";
  const int64_t permille = static_cast<int64_t>(static_cast<__int128>(part) * 1000 / whole);
  return absl::StrCat(TenthsText(part > 0 ? std::max<int64_t>(permille, 1) : 0), " %");
}

std::string DurationText(int64_t seconds) {
  if (seconds <= 0) return "0 min";
  if (seconds < kMinute) return "< 1 min";
  // Each unit is left when its rounded number reaches the next one: never "60 min" or "24.0 h".
  const int64_t minutes = (seconds + kMinute / 2) / kMinute;
  if (minutes < 60) return absl::StrCat(minutes, " min");
  const int64_t hours = Tenths(seconds, kHour);
  if (hours < 240) return TenthsText(hours) + " h";
  return TenthsText(Tenths(seconds, kDay)) + " d";
}

std::string DaysText(int64_t seconds) {
  return TenthsText(Tenths(std::max<int64_t>(seconds, 0), kDay));
}

std::string InstantText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", FromTimestamp(time), absl::UTCTimeZone());
}

std::string EnumValueWords(const google::protobuf::EnumDescriptor& type, int number,
                           absl::string_view none) {
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat("number ", number);
  if (number == 0) return std::string(none);
  return absl::StrReplaceAll(EnumText(*value), {{"-", " "}});
}

std::string ShortName(absl::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));  // npos + 1 is 0
}

std::string Capitalised(absl::string_view text) {
  std::string capitalised(text);
  if (!capitalised.empty()) capitalised[0] = absl::ascii_toupper(capitalised[0]);
  return capitalised;
}

}  // namespace dsr::dsrctl
