#include "dsrctl/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;

// Lets bash complete these words, the last one being at the cursor.
std::vector<std::string> Complete(const std::string& words) {
  const TempDir directory;
  const RunResult script = RunDsrctlForTest({"completion", "bash"});
  EXPECT_EQ(script.code, ExitCode::kOk);
  WriteText(directory.File("test.sh"), script.out + "COMP_WORDS=(" + words +
                                           ")\n"
                                           "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                                           "_dsrctl\n"
                                           "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
  const std::string command = "bash " + directory.File("test.sh") + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, got);
  EXPECT_EQ(pclose(pipe), 0);
  std::vector<std::string> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(BashCompletionTest, CompletesGroups) {
  EXPECT_THAT(Complete("dsrctl re"), ElementsAre("request", "recipient", "report"));
}

TEST(BashCompletionTest, CompletesCommandsOfAGroup) {
  EXPECT_THAT(Complete("dsrctl notice ''"), IsSupersetOf({"pull", "ack", "object", "list"}));
}

TEST(BashCompletionTest, CompletesOptionsOfTheCommandAndThoseOfAll) {
  EXPECT_THAT(Complete("dsrctl request list --"),
              AllOf(IsSupersetOf({"--phase", "--queue", "--output"}), Not(Contains("--ground"))));
}

TEST(BashCompletionTest, FindsTheCommandBehindOptionsWithValues) {
  EXPECT_THAT(Complete("dsrctl -o json request 01jd refuse --gr"), ElementsAre("--ground"));
}

TEST(BashCompletionTest, CompletesOutputFormats) {
  EXPECT_THAT(Complete("dsrctl request list -o js"), ElementsAre("json", "jsonl"));
}

}  // namespace
}  // namespace dsr::dsrctl
