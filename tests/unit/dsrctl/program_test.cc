#include "dsrctl/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ProgramTest, HelpDocumentsExitCodesOnStdout) {
  const RunResult run = RunDsrctlForTest({"--help"});

  EXPECT_EQ(run.code, ExitCode::kOk);
  EXPECT_THAT(run.out, AllOf(HasSubstr("Exit codes:"), HasSubstr("6  server unavailable"),
                             HasSubstr("DSRCTL_TOKEN_FILE")));
  EXPECT_THAT(run.err, IsEmpty());
}

TEST(ProgramTest, WithoutACommandItShowsTheHelpAndFails) {
  const RunResult run = RunDsrctlForTest({});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("Subcommands:"));
  EXPECT_THAT(run.out, IsEmpty());
}

TEST(ProgramTest, TellsItsVersion) {
  EXPECT_THAT(RunDsrctlForTest({"--version"}).out, StartsWith("dsrctl 0."));
}

TEST(ProgramTest, SuggestsTheCommandThatWasMeant) {
  const RunResult run = RunDsrctlForTest({"request", "lsit"});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("did you mean 'list'?"));
}

TEST(ProgramTest, PointsToTheHelpOfTheCommandThatWasUsedWrongly) {
  EXPECT_THAT(RunDsrctlForTest({"request", "get"}).err, HasSubstr("dsrctl request get --help"));
}

TEST(ProgramTest, RefusesFlagsItDoesNotKnow) {
  EXPECT_EQ(RunDsrctlForTest({"request", "list", "--frobnicate"}).code, ExitCode::kUsage);
}

TEST(ProgramTest, RefusesAnotherMachineBecauseTheTokenWouldTravelInTheClear) {
  const RunResult run = RunDsrctlForTest({"--server", "example.com:7443", "request", "list"});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("loopback"));
}

TEST(ProgramTest, RefusesATimeZoneAndADurationThatAreNone) {
  EXPECT_EQ(RunDsrctlForTest({"--tz", "Mars/Olympus", "request", "list"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunDsrctlForTest({"--timeout", "soon", "request", "list"}).code, ExitCode::kUsage);
}

TEST(ProgramTest, ErrorsOfTheArgumentsAreJsonToo) {
  const RunResult run = RunDsrctlForTest({"request", "get", "-o", "json"});

  google::protobuf::Struct error;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(run.err, &error).ok()) << run.err;
  EXPECT_EQ(error.fields().at("code").string_value(), "INVALID_ARGUMENT");
}

TEST(ProgramTest, TakesGlobalFlagsBeforeAndAfterTheCommand) {
  FakeServer server;

  EXPECT_THAT(
      RunDsrctlForTest({"--server", server.address(), "request", "get", "a", "-o", "jsonl"}).out,
      StartsWith("{\"name\":\"requests/a\""));
  EXPECT_THAT(
      RunDsrctlForTest({"-o", "jsonl", "request", "get", "a", "--server", server.address()}).out,
      StartsWith("{\"name\":\"requests/a\""));
}

TEST(ProgramTest, ShowsTimesInTheZoneAskedFor) {
  FakeServer server;
  const std::vector<std::string> get = {"--server", server.address(), "request", "get", "a"};
  std::vector<std::string> get_utc = get;
  get_utc.insert(get_utc.end(), {"--tz", "UTC"});

  EXPECT_THAT(RunDsrctlForTest(get).out, HasSubstr("2026-02-26T00:00:00+08:00"));
  EXPECT_THAT(RunDsrctlForTest(get_utc).out, HasSubstr("2026-02-25T16:00:00+00:00"));
}

// What a shell makes of a line: words, without quotes, comments, pipes and redirections. Empty for
// what is no command of dsrctl.
std::vector<std::string> WordsOf(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool has_word = false;
  char quote = '\0';
  for (const char letter : line + " ") {
    if (quote != '\0') {
      if (letter == quote) {
        quote = '\0';
      } else {
        word += letter;
      }
    } else if (letter == '\'' || letter == '"') {
      quote = letter;
      has_word = true;
    } else if (letter != ' ') {
      word += letter;
      has_word = true;
    } else if (has_word) {
      if (word == "#" || word == ">" || word == ">>") break;
      if (word == "|") {
        words.clear();
      } else {
        words.push_back(word);
      }
      word.clear();
      has_word = false;
    }
  }
  if (words.empty() || words[0] != "dsrctl") return {};
  words.erase(words.begin());
  return words;
}

TEST(ProgramTest, EveryExampleOfTheHelpIsUnderstood) {
  int understood = 0;
  for (const std::string& example : HelpExamples()) {
    const std::vector<std::string> words = WordsOf(example);
    // Other programs' lines beside them, such as `cat`.
    if (words.empty()) continue;
    EXPECT_EQ(CheckUsage(words), absl::OkStatus()) << example;
    ++understood;
  }
  EXPECT_GT(understood, 70);
}

TEST(ProgramTest, AWordAfterASwitchIsNotUnderstood) {
  EXPECT_EQ(CheckUsage({"verification", "evidence", "requests/ID/verifications/ID", "--kind",
                        "kinship", "--accepted", "true", "--seen-file", "seen.txt"})
                .code(),
            absl::StatusCode::kInvalidArgument);
}

// Runs `request get` with stdout as a terminal.
std::string OnTerminal(const std::vector<std::string>& arguments) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Streams streams{in, out, err, true, true};
  EXPECT_EQ(RunDsrctl(arguments, streams), ExitCode::kOk) << err.str();
  return out.str();
}

TEST(ProgramTest, ColoursOnATerminalOnlyAndNotWhenToldNot) {
  FakeServer server;
  server.state().requests_stored = 1;
  const std::vector<std::string> list = {"--server", server.address(), "request", "list"};
  std::vector<std::string> list_plain = list;
  list_plain.push_back("--no-color");
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);

  EXPECT_THAT(OnTerminal(list), HasSubstr("\x1b["));
  EXPECT_THAT(OnTerminal(list_plain), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(RunDsrctlForTest(list).out, Not(HasSubstr("\x1b[")));
  setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(OnTerminal(list), Not(HasSubstr("\x1b[")));
  unsetenv("NO_COLOR");
}

TEST(ProgramTest, ReportsOutputThatCannotBeWritten) {
  FakeServer server;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Streams streams{in, out, err};

  EXPECT_EQ(RunDsrctl({"--server", server.address(), "request", "get", "a"}, streams),
            ExitCode::kOther);
  EXPECT_THAT(err.str(), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace dsr::dsrctl
