#include "delivery/retry_after.h"

#include <gtest/gtest.h>

namespace dsr {
namespace {

const absl::Time kAnswered = absl::FromUnixSeconds(1772323200);  // 2026-03-01T00:00:00Z

TEST(ParseRetryAfterTest, ReadsSeconds) {
  EXPECT_EQ(ParseRetryAfter("120", kAnswered), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kAnswered), absl::ZeroDuration());
}

TEST(ParseRetryAfterTest, ReadsEachFormOfAnHttpDate) {
  EXPECT_EQ(ParseRetryAfter("Sun, 01 Mar 2026 00:10:00 GMT", kAnswered), absl::Minutes(10));
  EXPECT_EQ(ParseRetryAfter("Sunday, 01-Mar-26 00:10:00 GMT", kAnswered), absl::Minutes(10));
  EXPECT_EQ(ParseRetryAfter("Sun Mar  1 00:10:00 2026", kAnswered), absl::Minutes(10));
}

TEST(ParseRetryAfterTest, IsZeroForThePast) {
  EXPECT_EQ(ParseRetryAfter("Sun, 01 Feb 2026 00:00:00 GMT", kAnswered), absl::ZeroDuration());
}

TEST(ParseRetryAfterTest, IsZeroForWhatItCannotRead) {
  for (const char* value : {"", "soon", "-5", "1.5", "99999999999999999999", "5 minutes"}) {
    EXPECT_EQ(ParseRetryAfter(value, kAnswered), absl::ZeroDuration()) << value;
  }
}

}  // namespace
}  // namespace dsr
