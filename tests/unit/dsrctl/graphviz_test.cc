#include "dsrctl/graphviz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::HasSubstr;

TEST(DotToSvgTest, SaysWhatToInstallWhenTheProgramIsMissing) {
  EXPECT_THAT(DotToSvg("digraph {}", "dsr-no-such-program"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("apt-get install graphviz")));
}

TEST(DotToSvgTest, ReportsAProgramThatFails) {
  EXPECT_THAT(DotToSvg("digraph {}", "false"), StatusIs(absl::StatusCode::kUnknown));
}

TEST(DotToSvgTest, DrawsAGraphLargerThanAPipeHolds) {
  std::string graph = "digraph {\n";
  for (int i = 0; i < 10000; ++i) graph += "// a comment that only makes the input long\n";
  graph += "start -> done }\n";

  DSR_ASSERT_OK_AND_ASSIGN(const std::string svg, DotToSvg(graph));

  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("start"));
}

}  // namespace
}  // namespace dsr::dsrctl
