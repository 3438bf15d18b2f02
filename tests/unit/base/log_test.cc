#include "dsr/base/log.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

std::string Text(std::initializer_list<LogField> fields) {
  return FormatLogEvent(LogFormat::kText, "event", fields);
}

google::protobuf::Struct ReadJson(const std::string& json) {
  google::protobuf::Struct object;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &object).ok()) << json;
  return object;
}

TEST(LogTextTest, WritesPlainValuesOfEveryType) {
  EXPECT_EQ(Text({{"notice", std::string("01kj")},
                  {"view", absl::string_view("full")},
                  {"attempt", 3},
                  {"size_bytes", uint64_t{18446744073709551615u}},
                  {"final", true},
                  {"ratio", 0.5}}),
            "event notice=01kj view=full attempt=3 size_bytes=18446744073709551615 final=true "
            "ratio=0.5");
}

TEST(LogTextTest, IsOnlyTheEventWithoutFields) { EXPECT_EQ(Text({}), "event"); }

TEST(LogTextTest, QuotesWhatIsNotAPlainWord) {
  EXPECT_EQ(Text({{"key", ""}}), R"(event key="")");
  EXPECT_EQ(Text({{"key", "two words"}}), R"(event key="two words")");
  EXPECT_EQ(Text({{"key", "a=b"}}), R"(event key="a=b")");
  EXPECT_EQ(Text({{"key", "say \"hi\" \\o/"}}), R"(event key="say \"hi\" \\o/")");
}

TEST(LogTextTest, LetsNoValueForgeALineOrAFieldOrReachTheTerminal) {
  EXPECT_EQ(Text({{"key", "x\n2026-03-01T00:00:00Z info forged a=b"}}),
            R"(event key="x\n2026-03-01T00:00:00Z info forged a=b")");
  EXPECT_EQ(Text({{"key", "\r\x1b[31m\x7f"}}), R"(event key="\x0d\x1b[31m\x7f")");
  EXPECT_EQ(Text({{"key", "\xc2\x85\xe2\x80\xa8"}}), R"(event key="\xc2\x85\xe2\x80\xa8")");
  EXPECT_EQ(Text({{"key", absl::string_view("\0", 1)}}), R"(event key="\x00")");
}

TEST(LogJsonTest, IsReadByAJsonParserWhateverTheBytes) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);

  const google::protobuf::Struct object = ReadJson(absl::StrCat(
      "{",
      FormatLogEvent(LogFormat::kJson, "event", {{"key", "a \"b\"\n\\c"}, {"bytes", every_byte}}),
      "}"));

  EXPECT_EQ(object.fields().at("event").string_value(), "event");
  EXPECT_EQ(object.fields().at("key").string_value(), "a \"b\"\n\\c");
  EXPECT_FALSE(object.fields().at("bytes").string_value().empty());
}

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { ConfigureLog(LogFormat::kText, LogLevel::kInfo); }

  static std::string Logged(LogLevel level) {
    ::testing::internal::CaptureStderr();
    Log(level, "started", {{"port", 0}});
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesOneLineWithTimeAndLevelToStandardError) {
  ConfigureLog(LogFormat::kText, LogLevel::kInfo);

  EXPECT_THAT(Logged(LogLevel::kWarning),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                           "warning started port=0\n"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLeastLevel) {
  ConfigureLog(LogFormat::kText, LogLevel::kWarning);

  EXPECT_THAT(Logged(LogLevel::kInfo), IsEmpty());
  EXPECT_THAT(Logged(LogLevel::kError), Not(IsEmpty()));
}

TEST_F(LogTest, WritesOneJsonObjectALine) {
  ConfigureLog(LogFormat::kJson, LogLevel::kDebug);

  const google::protobuf::Struct object = ReadJson(Logged(LogLevel::kDebug));

  EXPECT_EQ(object.fields().at("level").string_value(), "debug");
  EXPECT_EQ(object.fields().at("event").string_value(), "started");
  EXPECT_EQ(object.fields().at("port").string_value(), "0");
  EXPECT_TRUE(object.fields().contains("time"));
}

}  // namespace
}  // namespace dsr
