#include "pipelines/experiments/read_out.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

class Draw {
 public:
  explicit Draw(uint64_t seed) : entropy_(seed) {}
  double Uniform() { return (static_cast<double>(entropy_.Next() >> 11) + 0.5) * 0x1p-53; }
  double Normal() { return std::sqrt(-2 * std::log(Uniform())) * std::cos(2 * M_PI * Uniform()); }

 private:
  SeededEntropy entropy_;
};

void AddUnit(ArmSums& s, double y, double d, double x) {
  ++s.units;
  s.y += y;
  s.yy += y * y;
  s.d += d;
  s.dd += d * d;
  s.yd += y * d;
  s.x += x;
  s.xx += x * x;
  s.xy += x * y;
}

TEST(ReadOut, SampleRatioIsPearsonsChiSquare) {
  const Result<SampleRatio> ratio = CheckSampleRatio({44700, 45489}, {1, 1});
  ASSERT_TRUE(ratio.ok());
  EXPECT_NEAR(ratio->chi_square, 6.90240494961, 1e-10);
  EXPECT_NEAR(ratio->p_value, 0.00860798781, 1e-10);
  EXPECT_NEAR(CheckSampleRatio({300, 100}, {3, 1})->p_value, 1, 1e-12);
  EXPECT_FALSE(CheckSampleRatio({300, 100}, {1, 0}).ok());
  EXPECT_FALSE(CheckSampleRatio({0, 0}, {1, 1}).ok());
}

// scipy.stats.ttest_ind_from_stats(mean1=6, std1=2, nobs1=10, mean2=4, std2=3, nobs2=15,
// equal_var=False) of scipy 1.17.1: t = 2, p = 0.05744839626.
TEST(ReadOut, MeansAreComparedByWelch) {
  ArmSums treatment{"t", 10, 60, 60.0 * 6 + 9 * 4, 0, 0, 0, 0, 0, 0};
  ArmSums control{"c", 15, 60, 60.0 * 4 + 14 * 9, 0, 0, 0, 0, 0, 0};
  const Comparison c = CompareMeans(treatment, control, 0.95);
  EXPECT_NEAR(c.statistic, 2, 1e-12);
  EXPECT_NEAR(c.p_value, 0.05744839626, 1e-10);
  EXPECT_NEAR(c.difference.value, 2, 1e-12);
  EXPECT_GT(c.difference.high, 4);
  EXPECT_NEAR(c.relative.value, 0.5, 1e-12);
}

TEST(ReadOut, ARatioWithAConstantDenominatorIsAMean) {
  Draw draw(1);
  ArmSums a{"a"};
  ArmSums b{"b"};
  for (int i = 0; i < 500; ++i) AddUnit(a, draw.Normal() + 3, 2, 0);
  for (int i = 0; i < 400; ++i) AddUnit(b, draw.Normal() + 3, 2, 0);
  const Comparison ratio = CompareRatios(a, b, 0.95);
  const Comparison mean = CompareMeans(a, b, 0.95);
  EXPECT_NEAR(ratio.difference.value, mean.difference.value / 2, 1e-12);
  EXPECT_NEAR(ratio.statistic, mean.statistic, 1e-9);
}

TEST(ReadOut, CupedRemovesTheVarianceThatTheCovariateExplains) {
  Draw draw(2);
  ArmSums a{"a"};
  ArmSums b{"b"};
  for (int i = 0; i < 20000; ++i) {
    const double x = draw.Normal();
    AddUnit(i % 2 == 0 ? a : b, 2 * x + draw.Normal() + (i % 2 == 0 ? 0.05 : 0), 0, x);
  }
  const Comparison plain = CompareMeans(a, b, 0.95);
  const Comparison adjusted = CompareAdjustedMeans(a, b, 0.95);
  EXPECT_NEAR(adjusted.variance_removed, 0.8, 0.01);
  EXPECT_LT(adjusted.difference.high - adjusted.difference.low,
            0.5 * (plain.difference.high - plain.difference.low));
  EXPECT_NEAR(adjusted.difference.value, 0.05, 0.04);
}

TEST(ReadOut, CupedWithoutAUsefulCovariateIsWelch) {
  ArmSums a{"a"};
  ArmSums b{"b"};
  Draw draw(3);
  for (int i = 0; i < 50; ++i) AddUnit(i % 2 == 0 ? a : b, draw.Normal(), 0, 1);
  EXPECT_EQ(CompareAdjustedMeans(a, b, 0.95).p_value, CompareMeans(a, b, 0.95).p_value);
}

// 2,000 seeded experiments without an effect: 95 % +- 1.5 % of the intervals hold 0.
TEST(ReadOut, IntervalsCoverTheTruth) {
  Draw draw(4);
  int mean = 0;
  int adjusted = 0;
  int ratio = 0;
  int proportion = 0;
  for (int world = 0; world < 2000; ++world) {
    ArmSums a{"a"};
    ArmSums b{"b"};
    ArmSums pa{"a"};
    ArmSums pb{"b"};
    for (int i = 0; i < 160; ++i) {
      const double d = 1 + std::floor(3 * draw.Uniform());
      const double x = draw.Normal();
      AddUnit(i < 60 ? a : b, d * (2 + draw.Normal()) + x, d, x);
      AddUnit(i < 60 ? pa : pb, draw.Uniform() < 0.4 ? 1 : 0, 0, 0);
    }
    const auto covers = [](const Comparison& c) {
      return c.difference.low <= 0 && c.difference.high >= 0 ? 1 : 0;
    };
    mean += covers(CompareMeans(a, b, 0.95));
    adjusted += covers(CompareAdjustedMeans(a, b, 0.95));
    ratio += covers(CompareRatios(a, b, 0.95));
    proportion += covers(CompareProportions(pa, pb, 0.95));
  }
  for (const int held : {mean, adjusted, ratio, proportion})
    EXPECT_NEAR(held / 2000.0, 0.95, 0.015);
}

TEST(ReadOut, MergedPartitionsAreTheWhole) {
  Draw draw(5);
  ArmSums whole{"a"};
  ArmSums parts[2] = {{"a"}, {"a"}};
  for (int i = 0; i < 100; ++i) {
    const double y = std::floor(100 * draw.Uniform());
    AddUnit(whole, y, 1, 2);
    AddUnit(parts[i % 2], y, 1, 2);
  }
  parts[0].Merge(parts[1]);
  EXPECT_EQ(parts[0].yy, whole.yy);
  EXPECT_EQ(parts[0].units, whole.units);
  EXPECT_EQ(parts[0].xy, whole.xy);
}

TEST(ReadOut, NothingVaryingGivesNoNan) {
  ArmSums a{"a"};
  ArmSums b{"b"};
  for (int i = 0; i < 20; ++i) AddUnit(i % 2 == 0 ? a : b, 0, 0, 0);
  for (const Comparison& c :
       {CompareMeans(a, b, 0.95), CompareProportions(a, b, 0.95), CompareRatios(a, b, 0.95)}) {
    EXPECT_EQ(c.p_value, 1);
    EXPECT_EQ(c.difference.value, 0);
    EXPECT_TRUE(std::isnan(c.relative.value));  // told as null
    EXPECT_TRUE(c.relative.ToJson()["value"].is_null());
  }
}

}  // namespace
}  // namespace signet::pipelines
