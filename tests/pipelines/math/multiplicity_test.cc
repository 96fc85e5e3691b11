#include "pipelines/math/multiplicity.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

// statsmodels 0.15.0: multipletests(p, method="holm" | "fdr_bh").
TEST(Multiplicity, AgreesWithStatsmodels) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005, 0.2};
  const std::vector<double> holm = {0.04, 0.09, 0.09, 0.025, 0.2};
  const std::vector<double> bh = {0.025, 0.05, 0.05, 0.025, 0.2};
  for (size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(Adjusted(p, Correction::kHolm)[i], holm[i], 1e-12) << i;
    EXPECT_NEAR(Adjusted(p, Correction::kBenjaminiHochberg)[i], bh[i], 1e-12) << i;
  }
  EXPECT_EQ(Adjusted(p, Correction::kNone), p);
}

TEST(Multiplicity, ATestThatWasNotPossibleDoesNotCount) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> p = {0.02, kNone, 0.9};
  const std::vector<double> adjusted = Adjusted(p, Correction::kHolm);
  EXPECT_NEAR(adjusted[0], 0.04, 1e-15);
  EXPECT_TRUE(std::isnan(adjusted[1]));
  EXPECT_NEAR(adjusted[2], 0.9, 1e-15);
}

TEST(Multiplicity, NeverExceedsOneAndKeepsTheOrder) {
  const std::vector<double> p = {0.9, 0.5, 0.7, 0.6};
  for (const Correction correction : {Correction::kHolm, Correction::kBenjaminiHochberg}) {
    const std::vector<double> adjusted = Adjusted(p, correction);
    for (const double a : adjusted) EXPECT_LE(a, 1);
    EXPECT_LE(adjusted[1], adjusted[3]);
    EXPECT_LE(adjusted[3], adjusted[2]);
  }
}

}  // namespace
}  // namespace signet::pipelines
