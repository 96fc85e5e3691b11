#include "pipelines/experiments/quantiles.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

// numpy.quantile([1, 2, 3, 10], ...), its default.
TEST(Quantiles, AreNumpysDefault) {
  ValueCounts counts;
  for (const double v : {10.0, 1.0, 3.0, 2.0}) counts.Add(v);
  EXPECT_DOUBLE_EQ(counts.Quantile(0.5), 2.5);
  EXPECT_DOUBLE_EQ(counts.Quantile(0.9), 7.9);
  EXPECT_DOUBLE_EQ(counts.Quantile(0.25), 1.75);
}

TEST(Quantiles, MergedCountsAreTheWhole) {
  ValueCounts a;
  ValueCounts b;
  ValueCounts all;
  for (int i = 0; i < 50; ++i) {
    (i % 2 == 0 ? a : b).Add(i % 7);
    all.Add(i % 7);
  }
  a.Merge(b);
  EXPECT_EQ(a.units(), all.units());
  EXPECT_EQ(a.Quantile(0.3), all.Quantile(0.3));
}

TEST(Quantiles, CoverTheTruth) {
  int held = 0;
  Draw draw(21);
  for (int world = 0; world < 300; ++world) {
    ValueCounts a;
    ValueCounts b;
    for (int i = 0; i < 300; ++i) {
      a.Add(std::exp(draw.Normal()) + 0.5);
      b.Add(std::exp(draw.Normal()));
    }
    const Comparison c = CompareQuantiles(a, b, 0.5, 0.95, 1);
    held += c.difference.low <= 0.5 && c.difference.high >= 0.5 ? 1 : 0;
  }
  EXPECT_NEAR(held / 300.0, 0.95, 0.035);
}

TEST(Quantiles, EqualValuesGiveNoDifferenceAndNoAlarm) {
  ValueCounts a;
  a.Add(4, 100);
  const Comparison c = CompareQuantiles(a, a, 0.5, 0.95, 1);
  EXPECT_EQ(c.difference.low, 0);
  EXPECT_EQ(c.difference.high, 0);
  EXPECT_EQ(c.p_value, 1);
}

TEST(Quantiles, TooFewUnitsGetNoInterval) {
  ValueCounts a;
  a.Add(4, 5);
  const Comparison c = CompareQuantiles(a, a, 0.5, 0.95, 1);
  EXPECT_TRUE(std::isnan(c.p_value));
  EXPECT_FALSE(c.problem.empty());
}

}  // namespace
}  // namespace signet::pipelines
