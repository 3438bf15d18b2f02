#include "dsrctl/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::HasSubstr;

TEST(ResourceNameTest, CompletesABareId) {
  EXPECT_THAT(ResourceName("requests/*", "01jd2m8q"), IsOkAndHolds("requests/01jd2m8q"));
}

TEST(ResourceNameTest, TakesAWholeName) {
  EXPECT_THAT(ResourceName("requests/*", "requests/01jd2m8q"), IsOkAndHolds("requests/01jd2m8q"));
  EXPECT_THAT(ResourceName("requests/*/tasks/*", "requests/a/tasks/b"),
              IsOkAndHolds("requests/a/tasks/b"));
}

TEST(ResourceNameTest, TakesTheWildcardOfAllRequests) {
  EXPECT_THAT(ResourceName("requests/*", "requests/-"), IsOkAndHolds("requests/-"));
}

TEST(ResourceNameTest, RefusesABareIdWhereItsParentIsUnknown) {
  EXPECT_THAT(ResourceName("requests/*/tasks/*", "b"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("requests/ID/tasks/ID")));
}

TEST(ResourceNameTest, RefusesNamesOfOtherResourcesAndMalformedOnes) {
  for (const char* text : {"", "/", "requests/", "recipients/a", "requests/a/b", "requests/A",
                           "requests/a b", "requests//a"}) {
    EXPECT_THAT(ResourceName("requests/*", text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace dsr::dsrctl
