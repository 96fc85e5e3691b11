#include "pipelines/experiments/power.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

// R's power.prop.test(p1 = .50, p2 = .75, power = .90): n = 76.7; its formula in scipy for .19,
// .20: 24640.38.
TEST(Power, SharesAgreeWithPowerPropTest) {
  PowerOptions options;
  options.baseline = 0.5;
  EXPECT_EQ(*UnitsFor(options, 0.25, 0.9), 77);
  options.baseline = 0.19;
  EXPECT_EQ(*UnitsFor(options, 0.01, 0.8), 24641);
}

// statsmodels 0.15.0, TTestIndPower: n = 1570.733 for effect 0.1; power(0.5, 30, 0.05) = 0.4779.
TEST(Power, MeansAgreeWithTheNoncentralT) {
  PowerOptions options;
  options.kind = MetricKind::kMean;
  options.sd = 1;
  EXPECT_EQ(*UnitsFor(options, 0.1, 0.8), 1571);
  EXPECT_NEAR(*PowerOf(options, 0.5, 30), 0.47789652, 1e-7);
}

TEST(Power, EffectUnitsAndPowerAreOneRelation) {
  PowerOptions options;
  options.baseline = 0.1;
  options.control_per_treatment = 2;
  options.comparisons = 3;
  const double units = *UnitsFor(options, 0.02, 0.8);
  EXPECT_GE(*PowerOf(options, 0.02, units), 0.8);
  EXPECT_LT(*PowerOf(options, 0.02, units - 1), 0.8);
  EXPECT_NEAR(*DetectableEffect(options, units, 0.8), 0.02, 1e-5);
}

TEST(Power, CupedHalvesTheUnitsWhereItRemovesHalfTheVariance) {
  PowerOptions options;
  options.kind = MetricKind::kMean;
  options.sd = 10;
  const double plain = *UnitsFor(options, 0.5, 0.8);
  options.variance_removed = 0.5;
  EXPECT_NEAR(*UnitsFor(options, 0.5, 0.8) / plain, 0.5, 0.001);
}

TEST(Power, RefusesWhatHasNoAnswer) {
  PowerOptions options;
  EXPECT_FALSE(UnitsFor(options, 0.1, 0.8).ok());  // baseline 0
  options.baseline = 0.5;
  EXPECT_FALSE(UnitsFor(options, 0, 0.8).ok());
  EXPECT_FALSE(UnitsFor(options, 0.6, 0.8).ok());
  EXPECT_FALSE(UnitsFor(options, 1e-9, 0.8).ok());
  options.kind = MetricKind::kMean;
  EXPECT_FALSE(UnitsFor(options, 0.1, 0.8).ok());  // no spread
}

TEST(Power, DaysAreWholeWeeks) {
  EXPECT_EQ(DaysFor(1000, 100), 14);
  EXPECT_EQ(DaysFor(10, 100), 7);
}

}  // namespace
}  // namespace signet::pipelines
