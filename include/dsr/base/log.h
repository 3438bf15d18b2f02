// The log: one line an event on standard error.
//
//   Log(LogLevel::kWarning, "notice_attempt_failed", {{"notice", id.ToString()}, {"attempt", 3}});
//
//   2026-03-01T08:30:00.123Z warning notice_attempt_failed notice=01kjj5... attempt=3
//
// Values are ids, numbers and names of ours, never what a person wrote: no value of a field marked
// (dsr.v1.personal), no message text of a library. What is not a plain word is quoted and escaped,
// so that no value can forge a line or a field. Log where an error is handled, not where it passes
// by.
#ifndef DSR_BASE_LOG_H_
#define DSR_BASE_LOG_H_

#include <concepts>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dsr {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// kText is `key=value`, kJson one JSON object a line.
enum class LogFormat { kText, kJson };

// One key and its value. The key is a snake_case literal of the program.
struct LogField {
  LogField(absl::string_view key, absl::string_view value) : key(key), value(value) {}
  LogField(absl::string_view key, const std::string& value) : key(key), value(value) {}
  LogField(absl::string_view key, const char* value) : key(key), value(value) {}
  LogField(absl::string_view key, bool value) : key(key), value(value ? "true" : "false") {}
  template <std::integral Number>
  LogField(absl::string_view key, Number value) : key(key), value(absl::StrCat(value)) {}
  LogField(absl::string_view key, double value) : key(key), value(absl::StrCat(value)) {}

  absl::string_view key;
  std::string value;
};

// Sets what is written from now on. The default is text from kInfo up. Thread-safe.
void ConfigureLog(LogFormat format, LogLevel least_level);

// Writes one line if `level` is logged. `event` is a snake_case literal of the program. Never
// fails, never throws. Thread-safe; lines do not mix.
void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields = {});

// Returns what Log writes after time and level: `event key=value ...`, or for JSON the members
// `"event":"...","key":"...",...` without braces.
std::string FormatLogEvent(LogFormat format, absl::string_view event,
                           std::initializer_list<LogField> fields);

}  // namespace dsr

#endif  // DSR_BASE_LOG_H_
