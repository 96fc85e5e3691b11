#include "pipelines/experiments/sequential.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

Comparison Difference(double difference, double error, double units) {
  Comparison c;
  c.value = difference;
  c.standard_error = error;
  c.units = c.control_units = units / 2;
  return c;
}

// gbstats' formula (sequential_interval_halfwidth), evaluated with numpy 2: s2 = 0.3, n = 3000,
// alpha = 0.05, tuning 5000.
TEST(Sequential, HasTheHalfWidthOfTheMixture) {
  const AlwaysValid valid = SequentialInterval(Difference(0.03, 0.01, 3000), 0.95, 5000);
  EXPECT_NEAR((valid.difference.high - valid.difference.low) / 2, 0.03060838836504904, 1e-12);
}

TEST(Sequential, TheIntervalAndThePValueAgree) {
  for (const double z : {1.5, 2.5, 3.0, 3.06, 3.07, 4.0}) {
    const AlwaysValid valid = SequentialInterval(Difference(z * 0.01, 0.01, 3000), 0.95, 5000);
    EXPECT_EQ(valid.difference.low > 0, valid.p_value < 0.05) << z;
  }
}

TEST(Sequential, TellsNothingBeforeAHundredUnits) {
  const AlwaysValid valid = SequentialInterval(Difference(9, 0.01, 150), 0.95, 5000);
  EXPECT_EQ(valid.p_value, 1);
  EXPECT_TRUE(std::isnan(valid.difference.low));
}

// The promise: at most 5.3 % false alarms under constant peeking, where naive looks at 20
// moments give 25 %.
TEST(Sequential, ConstantPeekingKeepsTheError) {
  constexpr int kWorlds = 2000;
  constexpr int kLooks = 60;
  constexpr int kStep = 100;
  int alarms = 0;
  int naive = 0;
  Draw draw(11);
  for (int world = 0; world < kWorlds; ++world) {
    MomentSums arms[2];
    bool alarm = false;
    bool fooled = false;
    for (int look = 1; look <= kLooks; ++look) {
      for (int i = 0; i < kStep; ++i) arms[i % 2].Add(draw.Uniform() < 0.2 ? 1 : 0);
      const Comparison c = CompareProportions(arms[0].Finish(), arms[1].Finish(), 0.95);
      alarm = alarm || SequentialInterval(c, 0.95, 5000).p_value < 0.05;
      if (look % 3 == 0) fooled = fooled || c.p_value < 0.05;
    }
    alarms += alarm ? 1 : 0;
    naive += fooled ? 1 : 0;
  }
  EXPECT_LE(alarms / 2000.0, 0.053);
  EXPECT_GT(alarms, 0);
  EXPECT_NEAR(naive / 2000.0, 0.25, 0.03);
}

// ldbounds (R), Lan and DeMets with five equal looks, two-sided 0.05.
TEST(Sequential, BoundsAgreeWithTheTables) {
  const std::vector<double> looks = {0.2, 0.4, 0.6, 0.8, 1};
  const double obrien[] = {4.8769, 3.3569, 2.6803, 2.2898, 2.0310};
  const double pocock[] = {2.4380, 2.4268, 2.4101, 2.3966, 2.3859};
  const auto a = GroupSequentialBounds(looks, 0.05, Spending::kObrienFleming);
  const auto b = GroupSequentialBounds(looks, 0.05, Spending::kPocock);
  ASSERT_TRUE(a.ok() && b.ok());
  for (size_t i = 0; i < looks.size(); ++i) {
    EXPECT_NEAR((*a)[i].z, obrien[i], 2e-3) << i;
    EXPECT_NEAR((*b)[i].z, pocock[i], 2e-3) << i;
  }
  EXPECT_NEAR(a->back().spent, 0.05, 1e-12);
}

TEST(Sequential, OneLookIsTheFixedTest) {
  const std::vector<double> look = {1};
  for (const Spending spending : {Spending::kObrienFleming, Spending::kPocock}) {
    EXPECT_NEAR(GroupSequentialBounds(look, 0.05, spending)->front().z, 1.959964, 1e-5);
  }
}

TEST(Sequential, RefusesLooksThatDoNotAscend) {
  for (const std::vector<double>& looks :
       {std::vector<double>{}, {0.5, 0.5}, {0.5, 0.2}, {0.5, 1.2}, {0.0}}) {
    EXPECT_FALSE(GroupSequentialBounds(looks, 0.05, Spending::kPocock).ok());
  }
}

}  // namespace
}  // namespace signet::pipelines
