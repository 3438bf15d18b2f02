#include "app/duration_sketch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace dsr {
namespace {

TEST(DurationSketchTest, OfNothingIsNothing) {
  const DurationSketch sketch;
  EXPECT_EQ(sketch.Median(), 0);
  EXPECT_EQ(sketch.Percentile(90), 0);
  EXPECT_EQ(sketch.max(), 0);
}

TEST(DurationSketchTest, IsExactForFew) {
  DurationSketch sketch;
  for (const int64_t seconds : {10, 3, 2, 1}) sketch.Add(seconds);

  EXPECT_EQ(sketch.Median(), 2);
  EXPECT_EQ(sketch.Percentile(50), 2);
  EXPECT_EQ(sketch.Percentile(90), 10);
  EXPECT_EQ(sketch.Percentile(100), 10);
  EXPECT_EQ(sketch.sum(), 16);
  EXPECT_EQ(sketch.max(), 10);
}

TEST(DurationSketchTest, IsWithinAThousandthForMany) {
  constexpr uint64_t kSeed = 20261129;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  DurationSketch sketch;
  std::vector<int64_t> all;
  for (int i = 0; i < 20'000; ++i) {
    all.push_back(static_cast<int64_t>(random() % (40 * 86400)));
    sketch.Add(all.back());
  }
  std::sort(all.begin(), all.end());

  for (const int percent : {1, 10, 50, 90, 95, 99, 100}) {
    const int64_t exact = all[all.size() * static_cast<size_t>(percent) / 100 - 1];
    EXPECT_NEAR(static_cast<double>(sketch.Percentile(percent)), static_cast<double>(exact),
                static_cast<double>(exact) / 1000 + 1)
        << percent;
  }
  EXPECT_EQ(sketch.max(), all.back());
}

TEST(DurationSketchTest, DoesNotDependOnTheOrder) {
  DurationSketch forwards;
  DurationSketch backwards;
  for (int64_t i = 0; i < 2000; ++i) {
    forwards.Add(i * i);
    backwards.Add((1999 - i) * (1999 - i));
  }

  for (int percent = 1; percent <= 100; ++percent)
    EXPECT_EQ(forwards.Percentile(percent), backwards.Percentile(percent));
  EXPECT_EQ(forwards.Median(), backwards.Median());
}

TEST(DurationSketchTest, WhatWouldBeNegativeCountsAsZero) {
  DurationSketch sketch;
  sketch.Add(-5);
  EXPECT_EQ(sketch.Median(), 0);
  EXPECT_EQ(sketch.count(), 1);
}

}  // namespace
}  // namespace dsr
