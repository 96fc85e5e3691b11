#include "pipelines/math/distributions.h"

#include <cmath>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

// Expected values: scipy.stats 1.17.1.
TEST(Distributions, AgreeWithPublishedTables) {
  EXPECT_NEAR(NormalCdf(1.96), 0.975002104852, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.975), 1.95996398454, 1e-11);
  EXPECT_NEAR(NormalTwoSided(-3.1644), 0.00155403055, 1e-11);
  EXPECT_NEAR(StudentQuantile(0.975, 10), 2.22813885199, 1e-10);
  EXPECT_NEAR(StudentTwoSided(2.22813885199, 10), 0.05, 1e-11);
  EXPECT_NEAR(ChiSquareSurvival(3.84145882069, 1), 0.05, 1e-12);
  EXPECT_NEAR(BetaQuantile(0.5, 2, 2), 0.5, 1e-12);
  EXPECT_NEAR(BetaCdf(0.25, 1, 1), 0.25, 1e-12);
  EXPECT_NEAR(LogGamma(0.5), std::log(std::sqrt(M_PI)), 1e-14);
}

// scipy.stats 1.17.1: nct.cdf(2.1, 18, 1.5), beta.pdf(.3, 2.5, 4), binom.cdf(20, 100, .2).
TEST(Distributions, AgreeWithScipyOnPowerAndPosteriors) {
  EXPECT_NEAR(NoncentralStudentCdf(2.1, 18, 1.5), 0.7049486213150451, 1e-10);
  EXPECT_NEAR(BetaDensity(0.3, 2.5, 4), 2.0342672530690695, 1e-12);
  EXPECT_NEAR(BinomialCdf(20, 100, 0.2), 0.5594615848733961, 1e-12);
  EXPECT_NEAR(NormalDensity(1), 0.24197072451914337, 1e-15);
  EXPECT_NEAR(NormalSurvival(1.5) + NormalCdf(1.5), 1, 1e-15);
  EXPECT_GT(NormalSurvival(20), 0);
}

TEST(Distributions, KeepTheirTails) {
  EXPECT_GT(NormalTwoSided(30), 0);
  EXPECT_LT(NormalTwoSided(30), 1e-190);
  EXPECT_NEAR(StudentTwoSided(2, 1e9), NormalTwoSided(2), 1e-8);
}

}  // namespace
}  // namespace signet::pipelines
