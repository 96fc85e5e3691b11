#include "pipelines/math/purchase_likelihood.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cdnow_sample.h"

namespace signet::pipelines {
namespace {

const PurchaseShape kShapes[] = {{DropOut::kNever, 1},
                                 {DropOut::kNever, 3},
                                 {DropOut::kAfterRepeat, 1},
                                 {DropOut::kAfterRepeat, 2},
                                 {DropOut::kAfterPurchase, 1},
                                 {DropOut::kAfterPurchase, 4},
                                 {DropOut::kAnyTime, 1}};

TEST(PurchaseLikelihood, GradientsAreThoseOfTheValue) {
  const GroupedHistories sample = GroupedHistories::Of(Simulate({.customers = 300})).value();
  for (const PurchaseShape& shape : kShapes) {
    for (const double at : {-1.0, 0.3, 1.5}) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(shape.drop_out) << " k "
                                      << shape.regularity << " at " << at);
      std::vector<double> point;
      point.reserve(shape.parameters());
      for (size_t i = 0; i < shape.parameters(); ++i) {
        point.push_back(at + 0.2 * static_cast<double>(i) * (i % 2 == 0 ? 1 : -1));
      }
      std::vector<double> gradient(point.size());
      std::vector<double> ignored(point.size());
      MeanLogLikelihood(shape, sample, point, gradient);
      for (size_t i = 0; i < point.size(); ++i) {
        std::vector<double> moved = point;
        moved[i] = point[i] + 1e-5;
        const double up = MeanLogLikelihood(shape, sample, moved, ignored);
        moved[i] = point[i] - 1e-5;
        const double down = MeanLogLikelihood(shape, sample, moved, ignored);
        EXPECT_NEAR(gradient[i], (up - down) / 2e-5, 1e-7 * (1 + std::fabs(gradient[i]))) << i;
      }
    }
  }
}

/// P(no purchase in (0, T]) by Pareto/NBD, integrated over both rates with a plain Riemann sum.
double NoPurchase(double r, double alpha, double s, double beta, double horizon) {
  double sum = 0;
  const int steps = 20'000;
  for (int i = 0; i < steps; ++i) {
    // Drop-out at tau has the Lomax density; the Poisson part is integrated in closed form.
    const double tau = horizon * (i + 0.5) / steps;
    sum += s / beta * std::pow(beta / (beta + tau), s + 1) * std::pow(alpha / (alpha + tau), r) *
           horizon / steps;
  }
  return sum + std::pow(beta / (beta + horizon), s) * std::pow(alpha / (alpha + horizon), r);
}

TEST(PurchaseLikelihood, OfNoPurchaseIsTheProbabilityOfNone) {
  std::vector<PurchaseHistory> customers(12, {0, 0, 40});
  customers[0] = {1, 40, 40};  // a sample needs one; its own term is taken off below
  const GroupedHistories sample = GroupedHistories::Of(customers).value();
  const PurchaseShape pareto{DropOut::kAnyTime, 1};
  for (const double beta : {0.02, 0.3, 7.0}) {
    const double r = 0.6;
    const double alpha = 0.3;
    const double s = 0.7;
    const std::vector<double> p = {std::log(r), std::log(alpha), std::log(s), std::log(beta)};
    std::vector<double> gradient(4);
    // x = 1 with t_x = T leaves no time for drop-out: r / alpha (a/(a+T))^(r+1) (b/(b+T))^s.
    const double one = std::log(r / alpha) + (r + 1) * std::log(alpha / (alpha + 1)) +
                       s * std::log(beta / (beta + 1));
    const double value = MeanLogLikelihood(pareto, sample, p, gradient) * 12 - one;
    EXPECT_NEAR(value / 11, std::log(NoPurchase(r, alpha, s, beta, 1)), 2e-5) << beta;
  }
}

TEST(PurchaseLikelihood, SumsToOneOverTheNumberOfPurchases) {
  // P(x purchases, alive or not) by BG/NBD summed over x and their times, on a grid of one beat:
  // with T tiny, P(0) + density(1) * T is 1 up to T squared.
  std::vector<PurchaseHistory> customers(10, {1, 0.5, 1});
  const GroupedHistories one = GroupedHistories::Of(customers).value();
  customers.assign(10, {0, 0, 1});
  customers[0] = {1, 0.5, 1};
  const GroupedHistories mixed = GroupedHistories::Of(customers).value();
  for (const PurchaseShape& shape : kShapes) {
    if (shape.regularity > 1) continue;
    // alpha = 1000: T = 1 is tiny.
    std::vector<double> p = {0, std::log(1000.0), 0, std::log(2.0)};
    p.resize(shape.parameters());
    std::vector<double> gradient(p.size());
    const double density = MeanLogLikelihood(shape, one, p, gradient);
    const double none = (MeanLogLikelihood(shape, mixed, p, gradient) - 0.1 * density) / 0.9;
    if (shape.drop_out == DropOut::kNever || shape.drop_out == DropOut::kAfterRepeat) {
      EXPECT_NEAR(std::exp(none) + std::exp(density), 1, 1e-5);
    } else {
      EXPECT_LT(std::exp(none) + std::exp(density), 1.0001);
    }
  }
}

TEST(PurchaseLikelihood, BeatWeightsAreShares) {
  std::vector<double> weights(3);
  EXPECT_NEAR(LogBeatWeights(3, 2, 0.5, weights), std::log(1 + 1 + 0.75), 1e-12);
  EXPECT_NEAR(weights[0] + weights[1] + weights[2], 1, 1e-12);
  EXPECT_NEAR(weights[2], 0.75 / 2.75, 1e-12);
}

}  // namespace
}  // namespace signet::pipelines
