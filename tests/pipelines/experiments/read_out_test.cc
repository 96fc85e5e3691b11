#include "pipelines/experiments/read_out.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

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
  Moments treatment;
  treatment.units = 10;
  treatment.y = 6;
  treatment.yy = 4;
  Moments control;
  control.units = 15;
  control.y = 4;
  control.yy = 9;
  const Comparison c = CompareMeans(treatment, control, 0.95);
  EXPECT_NEAR(c.statistic, 2, 1e-12);
  EXPECT_NEAR(c.p_value, 0.05744839626, 1e-10);
  EXPECT_NEAR(c.difference.value, 2, 1e-12);
  EXPECT_GT(c.difference.high, 4);
  EXPECT_NEAR(c.relative.value, 0.5, 1e-12);
}

TEST(ReadOut, ARatioWithAConstantDenominatorIsAMean) {
  Draw draw(1);
  MomentSums a;
  MomentSums b;
  for (int i = 0; i < 500; ++i) a.Add(draw.Normal() + 3, 2, 0);
  for (int i = 0; i < 400; ++i) b.Add(draw.Normal() + 3, 2, 0);
  const Comparison ratio = CompareRatios(a.Finish(), b.Finish(), 0.95);
  const Comparison mean = CompareMeans(a.Finish(), b.Finish(), 0.95);
  EXPECT_NEAR(ratio.difference.value, mean.difference.value / 2, 1e-12);
  EXPECT_NEAR(ratio.statistic, mean.statistic, 1e-9);
}

TEST(ReadOut, CupedRemovesTheVarianceThatTheCovariateExplains) {
  Draw draw(2);
  MomentSums a;
  MomentSums b;
  for (int i = 0; i < 20000; ++i) {
    const double x = draw.Normal();
    (i % 2 == 0 ? a : b).Add(2 * x + draw.Normal() + (i % 2 == 0 ? 0.05 : 0), 0, x);
  }
  const Comparison plain = CompareMeans(a.Finish(), b.Finish(), 0.95);
  const Comparison adjusted = CompareAdjusted(MetricKind::kMean, a.Finish(), b.Finish(), 0.95);
  EXPECT_NEAR(adjusted.variance_removed, 0.8, 0.01);
  EXPECT_LT(adjusted.difference.high - adjusted.difference.low,
            0.5 * (plain.difference.high - plain.difference.low));
  EXPECT_NEAR(adjusted.difference.value, 0.05, 0.04);
}

TEST(ReadOut, CupedWithoutAUsefulCovariateIsWelch) {
  MomentSums a;
  MomentSums b;
  Draw draw(3);
  for (int i = 0; i < 50; ++i) (i % 2 == 0 ? a : b).Add(draw.Normal(), 0, 1);
  EXPECT_EQ(CompareAdjusted(MetricKind::kMean, a.Finish(), b.Finish(), 0.95).p_value,
            CompareMeans(a.Finish(), b.Finish(), 0.95).p_value);
}

// 2,000 seeded experiments without an effect: 95 % +- 1 % of the intervals hold 0.
TEST(ReadOut, IntervalsCoverTheTruth) {
  Draw draw(4);
  int mean = 0;
  int adjusted = 0;
  int ratio = 0;
  int proportion = 0;
  for (int world = 0; world < 2000; ++world) {
    MomentSums a;
    MomentSums b;
    MomentSums pa;
    MomentSums pb;
    for (int i = 0; i < 400; ++i) {
      const double d = 1 + std::floor(3 * draw.Uniform());
      const double x = draw.Normal();
      (i < 160 ? a : b).Add(d * (2 + draw.Normal()) + x, d, x);
      (i < 160 ? pa : pb).Add(draw.Uniform() < 0.4 ? 1 : 0, 0, 0);
    }
    const auto covers = [](const Comparison& c) {
      return c.difference.low <= 0 && c.difference.high >= 0 ? 1 : 0;
    };
    mean += covers(CompareMeans(a.Finish(), b.Finish(), 0.95));
    adjusted += covers(CompareAdjusted(MetricKind::kMean, a.Finish(), b.Finish(), 0.95));
    ratio += covers(CompareRatios(a.Finish(), b.Finish(), 0.95));
    proportion += covers(CompareProportions(pa.Finish(), pb.Finish(), 0.95));
  }
  for (const int held : {mean, adjusted, ratio, proportion}) EXPECT_NEAR(held / 2000.0, 0.95, 0.01);
}

// Welch on two strata whose baselines differ: the plain interval holds the strata's spread, too.
TEST(ReadOut, StrataTakeTheirOwnSpreadOut) {
  Draw draw(6);
  std::vector<ArmPair> strata;
  for (int s = 0; s < 3; ++s) {
    MomentSums t;
    MomentSums c;
    for (int i = 0; i < 3000; ++i) (i % 2 == 0 ? t : c).Add(10 * s + draw.Normal() + (i % 2 == 0));
    strata.push_back({t.Finish(), c.Finish()});
  }
  const Comparison told = CompareStratified(MetricKind::kMean, strata, 0.95);
  EXPECT_NEAR(told.difference.value, 1, 0.1);
  EXPECT_NEAR(told.variance_removed, 0.985, 0.005);
  // A stratum with one arm only is left out, not divided by.
  strata.push_back({strata[0].treatment, {}});
  EXPECT_NEAR(CompareStratified(MetricKind::kMean, strata, 0.95).difference.value, 1, 0.1);
  EXPECT_FALSE(CompareStratified(MetricKind::kMean, {{{}, {}}}, 0.95).problem.empty());
}

TEST(ReadOut, ARatioIsAdjustedByItsCovariate) {
  Draw draw(7);
  MomentSums a;
  MomentSums b;
  for (int i = 0; i < 20000; ++i) {
    const double x = draw.Normal();
    const double d = 1 + std::floor(3 * draw.Uniform());
    (i % 2 == 0 ? a : b).Add(d * (5 + x) + draw.Normal(), d, x);
  }
  const Comparison plain = CompareRatios(a.Finish(), b.Finish(), 0.95);
  const Comparison told = CompareAdjusted(MetricKind::kRatio, a.Finish(), b.Finish(), 0.95);
  EXPECT_GT(told.variance_removed, 0.6);
  EXPECT_LT(told.standard_error, 0.65 * plain.standard_error);
  EXPECT_NEAR(told.difference.value, 0, 4 * told.standard_error);
}

TEST(ReadOut, NonInferiorityAsksTheBadEndOfTheInterval) {
  Comparison c;
  c.difference = {-0.5, -1.5, 0.5};
  c.standard_error = 0.5102;
  EXPECT_TRUE(JudgeNonInferiority(c, 2, false).shown);
  EXPECT_FALSE(JudgeNonInferiority(c, 1, false).shown);
  EXPECT_NEAR(JudgeNonInferiority(c, 2, false).p_value, 0.00164, 1e-4);
  EXPECT_TRUE(JudgeNonInferiority(c, 1, true).shown);
  c.difference = {-3, -4, -2};
  EXPECT_TRUE(JudgeNonInferiority(c, 1, false).harmed);
}

TEST(ReadOut, IndependenceIsPearsonsChiSquare) {
  // scipy.stats.chi2_contingency([[10, 20], [30, 25]], correction=False).
  const SampleRatio table = CheckIndependence({{10, 20}, {30, 25}});
  EXPECT_NEAR(table.chi_square, 3.505892255892, 1e-11);
  EXPECT_EQ(table.degrees, 1);
  EXPECT_EQ(CheckIndependence({{0, 0}, {3, 4}}).p_value, 1);
}

TEST(ReadOut, WhatCannotBeTestedSaysWhyAndIsNotNan) {
  MomentSums ones;
  MomentSums zeros;
  for (int i = 0; i < 20; ++i) {
    ones.Add(1);
    zeros.Add(0);
  }
  const Comparison c = CompareMeans(ones.Finish(), zeros.Finish(), 0.95);
  EXPECT_TRUE(std::isnan(c.p_value));
  EXPECT_FALSE(c.problem.empty());
  EXPECT_FALSE(CompareRatios(ones.Finish(), ones.Finish(), 0.95).problem.empty());
}

TEST(ReadOut, NothingVaryingGivesNoNan) {
  MomentSums a;
  MomentSums b;
  for (int i = 0; i < 20; ++i) (i % 2 == 0 ? a : b).Add(0, 0, 0);
  for (const Comparison& c : {CompareMeans(a.Finish(), b.Finish(), 0.95),
                              CompareProportions(a.Finish(), b.Finish(), 0.95)}) {
    EXPECT_EQ(c.p_value, 1);
    EXPECT_EQ(c.difference.value, 0);
    EXPECT_TRUE(std::isnan(c.relative.value));  // told as null
    EXPECT_TRUE(c.relative.ToJson()["value"].is_null());
  }
}

}  // namespace
}  // namespace signet::pipelines
