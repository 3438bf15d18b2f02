#include "dsrctl/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace dsr::dsrctl {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(ProgressBarTest, TellsPercentRowsAndRate) {
  EXPECT_EQ(ProgressText(1500, 300.4, 50, 200),
            "[######..................]  25 %  1500 rows, 300/s");
  EXPECT_EQ(ProgressText(1500, 300.4, 50, 0), "1500 rows, 300/s");
  EXPECT_THAT(ProgressText(1, 1, 300, 200), HasSubstr("100 %"));
}

TEST(ProgressBarTest, DrawsOverItselfNotTooOftenAndLeavesNothing) {
  std::ostringstream out;
  absl::Time now = absl::UnixEpoch();
  {
    ProgressBar bar(out, true, 100, [&] { return now; });
    now += absl::Seconds(1);
    bar.Show(1000, 10);
    now += absl::Milliseconds(1);
    bar.Show(2000, 20);
    now += absl::Seconds(1);
    bar.Show(3000, 30);
  }

  EXPECT_THAT(out.str(), HasSubstr("\r[##......................]  10 %  1000 rows, 1000/s"));
  EXPECT_THAT(out.str(), Not(HasSubstr("2000 rows")));
  EXPECT_THAT(out.str(), HasSubstr("3000 rows"));
  EXPECT_THAT(out.str(), EndsWith(" \r"));
}

TEST(ProgressBarTest, DrawsNothingWhereNobodyLooks) {
  std::ostringstream out;
  { ProgressBar(out, false, 100, absl::UnixEpoch).Show(1000, 10); }

  EXPECT_THAT(out.str(), IsEmpty());
}

}  // namespace
}  // namespace dsr::dsrctl
