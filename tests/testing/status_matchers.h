// GoogleMock matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(store.Open(), IsOk());
//   EXPECT_THAT(RequestId::Parse(text), IsOkAndHolds(id));
//   EXPECT_THAT(Withdraw(), StatusIs(absl::StatusCode::kAborted, HasSubstr("etag")));
//   EXPECT_THAT(Withdraw(), ReasonIs(v1::ERROR_REASON_ETAG_MISMATCH));
#ifndef DSR_TESTS_TESTING_STATUS_MATCHERS_H_
#define DSR_TESTS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P(IsOkAndHolds, value, "is OK and holds the value") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

MATCHER_P(StatusIs, code, "has status " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message, "has status " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::ExplainMatchResult(message, std::string(StatusOf(arg).message()),
                                       result_listener);
}

MATCHER_P(ReasonIs, reason, "has reason " + ErrorReasonName(reason)) {
  *result_listener << StatusOf(arg).ToString();
  return ReasonOf(StatusOf(arg)) == reason;
}

}  // namespace dsr

// Ends the test unless `expression`, an absl::StatusOr, is OK, and otherwise moves its value into
// `target`.
#define DSR_ASSERT_OK_AND_ASSIGN(target, ...) \
  DSR_ASSERT_OK_AND_ASSIGN_IMPL_(DSR_STATUS_CONCAT_(dsr_asserted_, __LINE__), target, __VA_ARGS__)

#define DSR_ASSERT_OK_AND_ASSIGN_IMPL_(result, target, ...) \
  auto result = (__VA_ARGS__);                              \
  ASSERT_TRUE(result.ok()) << result.status().ToString();   \
  target = *std::move(result)

#endif  // DSR_TESTS_TESTING_STATUS_MATCHERS_H_
