#include "rpc/rate_limiter.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'770'000'000);
constexpr Rate kThreeAMinute{.burst = 3, .interval = absl::Seconds(20)};

TEST(RateLimiter, TakesTheBurstAtOnceAndThenOneEachInterval) {
  RateLimiter limiter;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart), absl::ZeroDuration());

  EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart), absl::Seconds(20));
  EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart + absl::Seconds(15)), absl::Seconds(5));
  EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart + absl::Seconds(20)), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart + absl::Seconds(20)), absl::Seconds(20));
}

TEST(RateLimiter, AKeyThatWasQuietHasItsWholeBurstAgainAndNoMore) {
  RateLimiter limiter;
  for (int i = 0; i < 3; ++i) limiter.Take("a", kThreeAMinute, kStart);

  const absl::Time later = kStart + absl::Hours(5);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(limiter.Take("a", kThreeAMinute, later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", kThreeAMinute, later), absl::ZeroDuration());
}

TEST(RateLimiter, KeysDoNotShareABucket) {
  RateLimiter limiter;
  for (int i = 0; i < 4; ++i) limiter.Take("a", kThreeAMinute, kStart);

  EXPECT_EQ(limiter.Take("b", kThreeAMinute, kStart), absl::ZeroDuration());
}

TEST(RateLimiter, LookingTakesNothing) {
  RateLimiter limiter;
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(limiter.Look("a", kThreeAMinute, kStart), absl::ZeroDuration());
  for (int i = 0; i < 3; ++i) limiter.Take("a", kThreeAMinute, kStart);

  EXPECT_EQ(limiter.Look("a", kThreeAMinute, kStart), absl::Seconds(20));
}

TEST(RateLimiter, WhatIsPutBackCanBeTakenAgain) {
  RateLimiter limiter;
  for (int i = 0; i < 3; ++i) limiter.Take("a", kThreeAMinute, kStart);
  limiter.PutBack("a", kThreeAMinute);

  EXPECT_EQ(limiter.Take("a", kThreeAMinute, kStart), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", kThreeAMinute, kStart), absl::ZeroDuration());
}

TEST(RateLimiter, AClockThatStepsBackMakesNobodyWaitLongerThanAWholeBucket) {
  RateLimiter limiter;
  for (int i = 0; i < 3; ++i) limiter.Take("a", kThreeAMinute, kStart);

  EXPECT_LE(limiter.Take("a", kThreeAMinute, kStart - absl::Hours(1000)), absl::Seconds(60));
}

TEST(RateLimiter, NoBurstIsNoLimit) {
  RateLimiter limiter;
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(limiter.Take("a", Rate::Of(0, absl::Hours(1)), kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.size(), 0u);
}

TEST(RateLimiter, ForgetsKeysWhoseBucketIsFull) {
  RateLimiter limiter;
  for (int i = 0; i < 100'000; ++i) {
    // Each is full again long before the thousandth after it comes.
    limiter.Take(absl::StrCat(i), kThreeAMinute, kStart + absl::Seconds(i));
  }

  EXPECT_LE(limiter.size(), 2048u);
}

TEST(RateLimiter, KeysBeyondTheMostShareOneBucket) {
  RateLimiter limiter(/*most_keys=*/10);
  for (int i = 0; i < 10; ++i) limiter.Take(absl::StrCat("known-", i), kThreeAMinute, kStart);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    if (limiter.Take(absl::StrCat("made-up-", i), kThreeAMinute, kStart) == absl::ZeroDuration())
      ++taken;
  }

  EXPECT_EQ(taken, 3);
  EXPECT_LE(limiter.size(), 11u);
  EXPECT_EQ(limiter.Take("known-0", kThreeAMinute, kStart), absl::ZeroDuration());
}

}  // namespace
}  // namespace dsr
