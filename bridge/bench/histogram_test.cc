// SPDX-License-Identifier: MIT
#include "bridge/bench/histogram.h"

#include <gtest/gtest.h>

namespace bridge::bench {
namespace {

TEST(Histogram, ASingleValueIsEveryQuantile) {
  Histogram histogram;
  for (int i = 0; i < 10; ++i) histogram.Add(20);
  EXPECT_DOUBLE_EQ(histogram.Quantile(0.5), 20);
  EXPECT_DOUBLE_EQ(histogram.Quantile(0.99), 20);
}

TEST(Histogram, QuantilesAreWithinThreePercent) {
  Histogram histogram;
  for (std::uint64_t ticks = 1; ticks <= 1000000; ++ticks) histogram.Add(ticks);
  for (double q : {0.01, 0.5, 0.9, 0.99}) EXPECT_NEAR(histogram.Quantile(q) / (q * 1e6), 1, 0.03) << q;
}

TEST(Histogram, AMedianBetweenTwoStepsOfTheClockIsInterpolated) {
  Histogram histogram;
  for (int i = 0; i < 60; ++i) histogram.Add(10);
  for (int i = 0; i < 40; ++i) histogram.Add(20);
  EXPECT_GT(histogram.Quantile(0.5), 10);
  EXPECT_LT(histogram.Quantile(0.5), 15);
  EXPECT_GT(histogram.Quantile(0.7), 15);
}

TEST(Histogram, HugeValuesHaveAPlace) {
  Histogram histogram;
  histogram.Add(UINT64_MAX);
  EXPECT_NEAR(histogram.Quantile(0.5) / 1.8446744e19, 1, 0.03);
}

TEST(Histogram, EmptyIsZero) { EXPECT_EQ(Histogram().Quantile(0.5), 0); }

}  // namespace
}  // namespace bridge::bench
