// Figures as the pages of a report write them.
//
// Always English, whatever the locale, and always the same text for the same value.
#ifndef DSR_TOOLS_DSRCTL_REPORT_TEXT_H_
#define DSR_TOOLS_DSRCTL_REPORT_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr::dsrctl {

// Returns `1,234,567`, and `−3` with the sign that is as wide as a digit.
std::string CountText(int64_t count);

// Returns `1 request` and `1,200 requests`, where `word` is `request`.
std::string CountOf(int64_t count, absl::string_view word);

// Returns how much `part` is of `whole`, such as `96.4 %`; a dash when `whole` is 0. Rounded down,
// so that 100 % means all, and up to 0.1 % where it is more than nothing.
std::string PercentText(int64_t part, int64_t whole);

// Returns `3.2 d`, `5.0 h`, `12 min` or `< 1 min`, by size. What is negative counts as nothing.
std::string DurationText(int64_t seconds);

// Returns days of 24 hours with one decimal, such as `3.2`.
std::string DaysText(int64_t seconds);

// Returns `2026-03-18T00:00:00Z`.
std::string InstantText(const google::protobuf::Timestamp& time);

// Returns a value's name as words, such as `data system`; `none` for the zero value, and the number
// for a value that is younger than this program.
std::string EnumValueWords(const google::protobuf::EnumDescriptor& type, int number,
                           absl::string_view none);

// Returns `name` without its collection: `pay` for `systems/pay`.
std::string ShortName(absl::string_view name);

// Returns `text` with its first letter, if it is an ASCII one, as a capital.
std::string Capitalised(absl::string_view text);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_TEXT_H_
