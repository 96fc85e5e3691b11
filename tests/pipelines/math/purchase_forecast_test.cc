#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/purchase_model.h"

namespace signet::pipelines {
namespace {

PurchaseModel Model(PurchaseFamily family, const std::vector<double>& p, int k = 1) {
  return PurchaseModel::Of(family, p, k).value();
}

/// Gauss' series, as equation (10) of Fader, Hardie and Lee has it.
double Hypergeometric(double a, double b, double c, double z) {
  double term = 1;
  double sum = 1;
  for (int n = 0; n < 100'000 && std::fabs(term) > 1e-15 * std::fabs(sum); ++n) {
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    sum += term;
  }
  return sum;
}

TEST(PurchaseForecast, IsThePaperEquationForBgNbd) {
  const double r = 0.243;
  const double alpha = 4.414;
  const double a = 0.793;
  const double b = 2.426;
  const PurchaseModel model = Model(PurchaseFamily::kBgNbd, {r, alpha, a, b});
  for (const PurchaseHistory& c :
       {PurchaseHistory{2, 30.43, 38.86}, PurchaseHistory{0, 0, 30}, PurchaseHistory{40, 38, 39}}) {
    const double z = 39 / (alpha + c.observed + 39);
    const double x = c.repeats;
    const double want =
        (a + b + x - 1) / (a - 1) *
        (1 - std::pow(1 - z, r + x) * Hypergeometric(r + x, b + x, a + b + x - 1, z)) *
        model.ProbabilityAlive(c);
    EXPECT_NEAR(model.ExpectedPurchases(c, 39), want, 1e-9 * want);
  }
  EXPECT_NEAR(model.ExpectedPurchases({2, 30.43, 38.86}, 39), 1.226, 0.001);
}

TEST(PurchaseForecast, AgreesWithLifetimesForMbgAndPareto) {
  // lifetimes 0.11.3 on CDNOW: customer 1, x = 2, t_x = 213 / 7, T = 272 / 7.
  const PurchaseHistory c{2, 213.0 / 7, 272.0 / 7};
  const PurchaseModel mbg =
      Model(PurchaseFamily::kMbgNbd,
            {0.5248429031495594, 6.1830817643990565, 0.8913595172712871, 1.6140029311985913});
  EXPECT_NEAR(mbg.ExpectedPurchases(c, 39), 1.26275884, 1e-6);
  const PurchaseModel pareto =
      Model(PurchaseFamily::kParetoNbd,
            {0.5532803485375644, 10.577668894524562, 0.6062030049424849, 11.667427541232959});
  EXPECT_NEAR(pareto.ExpectedPurchases(c, 39), 1.45522082, 1e-6);
}

TEST(PurchaseForecast, TendsToTheSimplerModels) {
  const PurchaseHistory c{3, 20, 30};
  const double nbd = Model(PurchaseFamily::kNbd, {0.5, 8}).ExpectedPurchases(c, 20);
  EXPECT_NEAR(nbd, 3.5 * 20 / 38, 1e-12);
  // Hardly any drop-out: all of them say what NBD says.
  EXPECT_NEAR(Model(PurchaseFamily::kBgNbd, {0.5, 8, 1e-6, 1}).ExpectedPurchases(c, 20), nbd, 1e-4);
  EXPECT_NEAR(
      Model(PurchaseFamily::kMbgNbd, {0.5, 8, 1e-6, 1}).ExpectedPurchases(c, 20), nbd, 1e-4);
  EXPECT_NEAR(
      Model(PurchaseFamily::kParetoNbd, {0.5, 8, 1e-6, 10}).ExpectedPurchases(c, 20), nbd, 1e-4);
  // s = 1 is no singularity.
  const double below =
      Model(PurchaseFamily::kParetoNbd, {0.5, 8, 0.999999, 9}).ExpectedPurchases(c, 20);
  const double at = Model(PurchaseFamily::kParetoNbd, {0.5, 8, 1, 9}).ExpectedPurchases(c, 20);
  EXPECT_NEAR(at, below, 1e-5);
}

TEST(PurchaseForecast, RegularBuyersAreOverdueSooner) {
  const PurchaseHistory late{5, 20, 32};
  const std::vector<double> p = {1, 4, 0.8, 2.5};
  const PurchaseModel random = Model(PurchaseFamily::kMbgNbd, p);
  const PurchaseModel regular = Model(PurchaseFamily::kMbgCnbd, {1, 1, 0.8, 2.5}, 4);
  EXPECT_LT(regular.ProbabilityAlive(late), random.ProbabilityAlive(late));
}

TEST(PurchaseForecast, GivesNoChurnScoreWhereThereIsNone) {
  const PurchaseHistory once{0, 0, 30};
  const PurchaseHistory twice{1, 10, 30};
  const PurchaseModel bg = Model(PurchaseFamily::kBgNbd, {0.243, 4.414, 0.793, 2.426});
  EXPECT_EQ(bg.ProbabilityAlive(once), 1);
  EXPECT_FALSE(bg.HasChurnScore(once));
  EXPECT_TRUE(bg.HasChurnScore(twice));
  const PurchaseModel mbg = Model(PurchaseFamily::kMbgNbd, {0.5, 6, 0.9, 1.6});
  EXPECT_LT(mbg.ProbabilityAlive(once), 1);
  EXPECT_TRUE(mbg.HasChurnScore(once));
  EXPECT_FALSE(Model(PurchaseFamily::kNbd, {0.5, 6}).HasChurnScore(twice));
  EXPECT_EQ(Model(PurchaseFamily::kNbd, {0.5, 6}).ProbabilityAlive(twice), 1);
}

TEST(PurchaseForecast, IsFiniteAndGrowsWithTheHorizonAtTheEnds) {
  const std::vector<PurchaseModel> models = {
      Model(PurchaseFamily::kNbd, {1e-3, 1e-3}),
      Model(PurchaseFamily::kBgNbd, {1e-3, 1e-3, 1e-3, 1e3}),
      Model(PurchaseFamily::kBgNbd, {50, 1, 5, 1e-2}),
      Model(PurchaseFamily::kMbgNbd, {30, 1e-2, 1e-4, 1e-4}),
      Model(PurchaseFamily::kParetoNbd, {1e-3, 1e-3, 1e-3, 1e3}),
      Model(PurchaseFamily::kParetoNbd, {1e-2, 1e3, 20, 1e-3}),
      Model(PurchaseFamily::kMbgCnbd, {2, 1, 0.5, 3}, 12)};
  for (const PurchaseModel& model : models) {
    for (const PurchaseHistory& c : {PurchaseHistory{0, 0, 0},
                                     PurchaseHistory{0, 0, 500},
                                     PurchaseHistory{3, 0, 0},
                                     PurchaseHistory{2000, 499, 500},
                                     PurchaseHistory{2000, 1, 500}}) {
      const double alive = model.ProbabilityAlive(c);
      EXPECT_TRUE(alive >= 0 && alive <= 1);
      double before = 0;
      EXPECT_EQ(model.ExpectedPurchases(c, 0), 0);
      for (const double horizon : {1e-6, 1.0, 52.0, 1000.0}) {
        const double expected = model.ExpectedPurchases(c, horizon);
        EXPECT_TRUE(std::isfinite(expected));
        EXPECT_GE(expected, before * (1 - 1e-9));
        before = expected;
      }
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
