#include "pipelines/experiments/bayes.h"

#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

// 4 million draws of numpy: P = 0.9231, loss = 0.000485, quantiles -0.00747, 0.01994, 0.04748.
TEST(Bayes, TwoSharesAreComparedAsByDraws) {
  const Posterior p = CompareBetas({121, 881}, {101, 901}, 0.95, /*decrease_is_better=*/false);
  EXPECT_NEAR(p.chance_to_win, 0.9231, 3e-4);
  EXPECT_NEAR(p.expected_loss, 0.000485, 3e-6);
  EXPECT_NEAR(p.difference.low, -0.00747, 5e-5);
  EXPECT_NEAR(p.difference.value, 0.01994, 5e-5);
  EXPECT_NEAR(p.difference.high, 0.04748, 5e-5);
}

TEST(Bayes, LessIsBetterSwapsTheSides) {
  const Posterior more = CompareBetas({121, 881}, {101, 901}, 0.95, /*decrease_is_better=*/false);
  const Posterior less = CompareBetas({121, 881}, {101, 901}, 0.95, /*decrease_is_better=*/true);
  EXPECT_NEAR(more.chance_to_win + less.chance_to_win, 1, 1e-9);
  // Expected losses differ by the expected difference.
  EXPECT_NEAR(less.expected_loss - more.expected_loss, 121.0 / 1002 - 101.0 / 1002, 1e-7);
}

TEST(Bayes, EqualSharesAreACoinToss) {
  EXPECT_NEAR(CompareBetas({1, 1}, {1, 1}, 0.95, false).chance_to_win, 0.5, 1e-6);
  const Posterior large = CompareBetas({2e6, 8e6}, {2e6, 8e6}, 0.95, /*decrease_is_better=*/false);
  EXPECT_NEAR(large.chance_to_win, 0.5, 1e-6);
  EXPECT_NEAR(large.difference.high, 3.506e-4, 2e-6);
}

TEST(Bayes, NormalsHaveTheirClosedForms) {
  const Posterior p = CompareNormals(1.5, 1, 0, 0.95, /*decrease_is_better=*/false);
  EXPECT_NEAR(p.chance_to_win, 0.9331927987, 1e-9);
  EXPECT_NEAR(p.expected_loss, 0.0293, 5e-5);  // the unit normal loss table at 1.5
  EXPECT_NEAR(p.difference.low, 1.5 - 1.959964, 1e-6);
  // A prior as wide as the data halves the estimate.
  EXPECT_NEAR(CompareNormals(1.5, 1, 1, 0.95, false).difference.value, 0.75, 1e-12);
}

TEST(Bayes, ChancesToBeBestSumToOneAndRankTheArms) {
  const std::vector<double> means = {1, 1.5, 0.2};
  const std::vector<double> errors = {0.5, 0.5, 0.5};
  const std::vector<double> best = ChancesToBeBest(means, errors, /*decrease_is_better=*/false);
  EXPECT_NEAR(best[0] + best[1] + best[2], 1, 1e-12);
  EXPECT_GT(best[1], best[0]);
  EXPECT_GT(best[0], best[2]);
  const std::vector<double> two = ChancesToBeBest(
      std::vector<double>{1, 1.5}, std::vector<double>{0.5, 0.5}, /*decrease_is_better=*/false);
  EXPECT_NEAR(two[1], 0.7602499, 1e-6);  // Phi(0.5 / sqrt(0.5))
  EXPECT_NEAR(ChancesToBeBest(std::vector<double>{1, 1.5}, std::vector<double>{0.5, 0.5}, true)[0],
              0.7602499,
              1e-6);
}

}  // namespace
}  // namespace signet::pipelines
