// Plays every scenario of this folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "dsr/base/file.h"
#include "google/protobuf/text_format.h"
#include "scenarios/scenario_runner.h"

namespace dsr {
namespace {

constexpr int kCases = 45;

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(DSR_SOURCE_DIR) + "/tests/scenarios")) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path().stem().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

testing::v1::Scenario Load(const std::string& file) {
  testing::v1::Scenario scenario;
  const auto text =
      ReadFile(std::string(DSR_SOURCE_DIR) + "/tests/scenarios/" + file + ".textproto");
  EXPECT_TRUE(text.ok()) << text.status();
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(*text, &scenario)) << file;
  return scenario;
}

class ScenarioTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, GoesAsWritten) {
  const testing::v1::Scenario scenario = Load(GetParam());
  ASSERT_FALSE(scenario.title().empty());
  SCOPED_TRACE(scenario.title());
  ScenarioRunner runner;
  runner.Play(scenario);
  runner.CheckFile();
}

INSTANTIATE_TEST_SUITE_P(Law, ScenarioTest, ::testing::ValuesIn(Files()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(ScenariosTest, EveryEdgeCaseOfTheLawIsPlayed) {
  std::set<int> played;
  for (const std::string& file : Files()) {
    const testing::v1::Scenario scenario = Load(file);
    played.insert(scenario.cases().begin(), scenario.cases().end());
  }
  for (int number = 1; number <= kCases; ++number) {
    EXPECT_TRUE(played.contains(number)) << "no scenario plays case " << number;
  }
}

}  // namespace
}  // namespace dsr
