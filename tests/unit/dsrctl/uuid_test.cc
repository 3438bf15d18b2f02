#include "dsrctl/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dsr::dsrctl {
namespace {

using ::testing::MatchesRegex;

constexpr char kImportKey[] = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

TEST(UuidTest, RandomOnesHaveVersionFourAndDiffer) {
  const std::string one = RandomUuid();

  EXPECT_THAT(one, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]"
                                "{12}"));
  EXPECT_NE(one, RandomUuid());
}

TEST(UuidTest, DerivedOnesFollowFromKeyAndIndex) {
  EXPECT_EQ(DerivedUuid(kImportKey, 1), DerivedUuid(kImportKey, 1));
  EXPECT_NE(DerivedUuid(kImportKey, 1), DerivedUuid(kImportKey, 2));
  EXPECT_THAT(DerivedUuid(kImportKey, 1),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

}  // namespace
}  // namespace dsr::dsrctl
