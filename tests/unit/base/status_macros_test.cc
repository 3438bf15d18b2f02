#include "dsr/base/status_macros.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

absl::StatusOr<std::unique_ptr<int>> Half(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return std::make_unique<int>(number / 2);
}

absl::StatusOr<int> Quarter(int number) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Half(number));
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<int> quarter, Half(*half));
  return *quarter;
}

absl::Status CountCalls(int& calls, const absl::Status& result) {
  const auto call = [&] {
    ++calls;
    return result;
  };
  DSR_RETURN_IF_ERROR(call());
  return absl::OkStatus();
}

TEST(AssignOrReturnTest, MovesTheValueIntoTheTarget) { EXPECT_THAT(Quarter(8), IsOkAndHolds(2)); }

TEST(AssignOrReturnTest, ReturnsTheErrorOfTheExpression) {
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument, "odd"));
}

TEST(ReturnIfErrorTest, EvaluatesTheExpressionOnceAndGoesOnWhenItIsOk) {
  int calls = 0;

  EXPECT_THAT(CountCalls(calls, absl::OkStatus()), IsOk());

  EXPECT_EQ(calls, 1);
}

TEST(ReturnIfErrorTest, EvaluatesTheExpressionOnceAndReturnsItsError) {
  int calls = 0;

  EXPECT_THAT(CountCalls(calls, absl::AbortedError("stale")),
              StatusIs(absl::StatusCode::kAborted, "stale"));

  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace dsr
