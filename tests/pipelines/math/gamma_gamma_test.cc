#include "pipelines/math/gamma_gamma.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cdnow_sample.h"

namespace signet::pipelines {
namespace {

std::vector<PurchaseValue> Some(size_t count) {
  return SimulateValues(count, 6, 4, 15, /*seed=*/5);
}

// Fader and Hardie's example: p 6.25, q 3.74, v 15.44; a customer with x = 1, z = 50 expects 42.
TEST(GammaGamma, ExpectsWhatTheNoteExpects) {
  const GammaGamma model = GammaGamma::Of(6.25, 3.74, 15.44).value();
  EXPECT_NEAR(model.ExpectedValue({1, 50}), 45.5, 0.1);
  EXPECT_NEAR(model.ExpectedValue({10, 50}), 49.38, 0.01);
  EXPECT_NEAR(model.PopulationValue(), 35.22, 0.02);
  EXPECT_EQ(model.ExpectedValue({0, 0}), model.PopulationValue());
  EXPECT_EQ(model.ExpectedValue({3, -20}), model.PopulationValue());
}

TEST(GammaGamma, RecoversWhatItWasDrawnFrom) {
  const GammaGamma model = GammaGamma::Fit(SimulateValues(20'000, 6, 4, 15, 9)).value();
  const double truth[] = {6, 4, 15};
  for (size_t i = 0; i < 3; ++i) {
    const FittedParameter& got = model.parameters()[i];
    EXPECT_NEAR(got.value, truth[i], 4 * *got.error) << got.name;
  }
}

TEST(GammaGamma, DoesNotDependOnOrderAndScales) {
  std::vector<PurchaseValue> customers = Some(500);
  const GammaGamma model = GammaGamma::Fit(customers).value();
  EXPECT_TRUE(model.identified());
  std::reverse(customers.begin(), customers.end());
  const GammaGamma reversed = GammaGamma::Fit(customers).value();
  EXPECT_EQ(model.ToJson().Dump(), reversed.ToJson().Dump());
  EXPECT_EQ(model.correlation(), reversed.correlation());
  for (PurchaseValue& c : customers) c.mean_value *= 100;
  const GammaGamma cents = GammaGamma::Fit(customers).value();
  EXPECT_NEAR(cents.p(), model.p(), 1e-5 * model.p());
  EXPECT_NEAR(cents.v(), 100 * model.v(), 1e-3 * model.v());
  EXPECT_NEAR(cents.log_likelihood(), model.log_likelihood() - 500 * std::log(100), 1e-4);
}

TEST(GammaGamma, ADuplicatedSampleHalvesTheVariances) {
  std::vector<PurchaseValue> customers = Some(500);
  const GammaGamma one = GammaGamma::Fit(customers).value();
  customers.insert(customers.end(), customers.begin(), customers.end());
  const GammaGamma two = GammaGamma::Fit(customers).value();
  EXPECT_NEAR(two.log_likelihood(), 2 * one.log_likelihood(), 1e-5);
  EXPECT_NEAR(two.q(), one.q(), 1e-6 * one.q());
  ASSERT_TRUE(one.identified() && two.identified());
  EXPECT_NEAR(*two.parameters()[0].error, *one.parameters()[0].error / std::sqrt(2), 1e-3);
}

TEST(GammaGamma, LeavesOutWhatTellsNothingAndRefusesTheRest) {
  std::vector<PurchaseValue> customers = Some(500);
  const GammaGamma clean = GammaGamma::Fit(customers).value();
  customers.push_back({0, 0});
  customers.push_back({2, -10});
  customers.push_back({2, 0});
  customers.push_back({3, NAN});
  const GammaGamma mixed = GammaGamma::Fit(customers).value();
  EXPECT_EQ(mixed.customers(), 500);
  EXPECT_EQ(mixed.ToJson().Dump(), clean.ToJson().Dump());
  EXPECT_FALSE(GammaGamma::Fit({}).ok());
  EXPECT_FALSE(GammaGamma::Fit(std::vector<PurchaseValue>(50, {2, 10})).ok());
  EXPECT_FALSE(GammaGamma::Fit(std::vector<PurchaseValue>(50, {2, -10})).ok());
  EXPECT_FALSE(GammaGamma::Of(1, 0, 3).ok());
}

TEST(GammaGamma, GivesAFiniteValueWhereThePopulationHasNoMean) {
  const GammaGamma model = GammaGamma::Of(2, 0.8, 10).value();
  EXPECT_FALSE(model.HasMean());
  EXPECT_TRUE(std::isfinite(model.PopulationValue()));
  EXPECT_GT(model.ExpectedValue({1, 20}), 0);
  const GammaGamma tiny = GammaGamma::Of(0.1, 0.5, 10).value();
  EXPECT_GT(tiny.ExpectedValue({1, 20}), 0);
}

}  // namespace
}  // namespace signet::pipelines
