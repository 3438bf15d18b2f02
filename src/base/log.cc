#include "dsr/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "absl/strings/ascii.h"
#include "dsr/base/fmt_string_view.h"

namespace dsr {
namespace {

constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr char kJsonPattern[] = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

struct Logger {
  std::shared_ptr<spdlog::logger> sink;
  std::atomic<LogFormat> format = LogFormat::kText;

  Logger() : sink(std::make_shared<spdlog::logger>("dsrd", MakeSink())) {
    sink->set_level(spdlog::level::info);
    sink->set_pattern(kTextPattern, spdlog::pattern_time_type::utc);
  }
  static std::shared_ptr<spdlog::sinks::sink> MakeSink() {
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
};

// Standard error is one for the whole process. Never destroyed, so that the last thread can log.
Logger& TheLogger() {
  static Logger& logger = *new Logger;
  return logger;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Appends one byte that is not printable ASCII. JSON knows no \x: four digits stand for the byte
// there.
void AppendEscape(unsigned char byte, LogFormat format, std::string& out) {
  absl::StrAppend(&out, format == LogFormat::kJson ? "\\u" : "\\x",
                  absl::Hex(byte, format == LogFormat::kJson ? absl::kZeroPad4 : absl::kZeroPad2));
}

// Escapes everything but printable ASCII: no control sequence reaches a terminal, and nobody needs
// to know an encoding to search the log.
std::string Quote(absl::string_view value, LogFormat format) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      quoted += c;
    } else {
      AppendEscape(static_cast<unsigned char>(c), format, quoted);
    }
  }
  quoted += '"';
  return quoted;
}

bool IsPlainWord(absl::string_view value) {
  for (const char c : value) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '"' || c == '\\' || c == '=') {
      return false;
    }
  }
  return !value.empty();
}

}  // namespace

void ConfigureLog(LogFormat format, LogLevel least_level) {
  Logger& logger = TheLogger();
  logger.format = format;
  logger.sink->set_level(ToSpdlog(least_level));
  logger.sink->set_pattern(format == LogFormat::kJson ? kJsonPattern : kTextPattern,
                           spdlog::pattern_time_type::utc);
}

void Log(LogLevel level, absl::string_view event, std::initializer_list<LogField> fields) {
  Logger& logger = TheLogger();
  const spdlog::level::level_enum spdlog_level = ToSpdlog(level);
  if (!logger.sink->should_log(spdlog_level)) return;
  logger.sink->log(spdlog_level, "{}", FormatLogEvent(logger.format, event, fields));
}

std::string FormatLogEvent(LogFormat format, absl::string_view event,
                           std::initializer_list<LogField> fields) {
  if (format == LogFormat::kJson) {
    std::string line = absl::StrCat("\"event\":", Quote(event, format));
    for (const LogField& field : fields) {
      absl::StrAppend(&line, ",", Quote(field.key, format), ":", Quote(field.value, format));
    }
    return line;
  }
  std::string line(event);
  for (const LogField& field : fields) {
    absl::StrAppend(&line, " ", field.key, "=",
                    IsPlainWord(field.value) ? field.value : Quote(field.value, format));
  }
  return line;
}

}  // namespace dsr
