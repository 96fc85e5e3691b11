#include "pipelines/math/ranking.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

double PairCountAuc(const std::vector<double>& s, const std::vector<uint8_t>& y) {
  double wins = 0;
  double pairs = 0;
  for (size_t i = 0; i < s.size(); ++i) {
    for (size_t j = 0; j < s.size(); ++j) {
      if (y[i] == 1 && y[j] == 0) {
        ++pairs;
        wins += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0;
      }
    }
  }
  return wins / pairs;
}

TEST(Ranking, AucEqualsTheShareOfPairsInOrderTiesHalf) {
  SeededEntropy entropy(3);
  for (int world = 0; world < 50; ++world) {
    SCOPED_TRACE(world);
    std::vector<double> scores;
    std::vector<uint8_t> labels = {0, 1};
    scores.reserve(40);
    for (int i = 0; i < 40; ++i) scores.push_back(static_cast<double>(entropy.Next() % 7));
    while (labels.size() < scores.size()) {
      labels.push_back(static_cast<uint8_t>(entropy.Next() % 2));
    }
    const Result<Estimate> auc = Auc(scores, labels, 0.95);
    ASSERT_TRUE(auc.ok());
    EXPECT_NEAR(auc->value, PairCountAuc(scores, labels), 1e-12);
    EXPECT_LE(auc->low, auc->value);
    EXPECT_GE(auc->high, auc->value);
  }
}

TEST(Ranking, AucRefusesOneClass) {
  EXPECT_FALSE(Auc(std::vector<double>{1, 2}, std::vector<uint8_t>{1, 1}, 0.95).ok());
}

// By hand: placement values (0.5, 1, 1) of the positives and (1, 2/3) of the negatives.
TEST(Ranking, DeLongsIntervalComesFromThePlacementValues) {
  const Result<Estimate> auc =
      Auc(std::vector<double>{0.4, 0.8, 0.9, 0.3, 0.6}, std::vector<uint8_t>{1, 1, 1, 0, 0}, 0.95);
  ASSERT_TRUE(auc.ok());
  EXPECT_NEAR(auc->value, 5.0 / 6, 1e-12);
  // var = var(v10)/3 + var(v01)/2 = 1/36 + 1/36 = 1/18; logit scale.
  EXPECT_NEAR(auc->low, 0.1523, 0.0001);
  EXPECT_NEAR(auc->high, 0.9929, 0.0001);
}

TEST(Ranking, SpearmanHandlesTiesAndConstants) {
  EXPECT_NEAR(
      Spearman(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{1, 4, 9, 16, 25}, 0.95)
          .value,
      1,
      1e-15);
  // scipy.stats.spearmanr([1,2,2,4,5],[2,1,3,3,5]) = 0.7631578947 in scipy 1.17.1
  EXPECT_NEAR(
      Spearman(std::vector<double>{1, 2, 2, 4, 5}, std::vector<double>{2, 1, 3, 3, 5}, 0.95).value,
      0.76315789,
      1e-8);
  EXPECT_EQ(Spearman(std::vector<double>{1, 1, 1, 1}, std::vector<double>{1, 2, 3, 4}, 0.95).value,
            0);
}

TEST(Ranking, GiniIsOneForThePerfectOrderAndMinusOneForItsReverse) {
  const std::vector<double> values = {5, 1, 9, 0, 3};
  EXPECT_NEAR(NormalisedGini(values, values), 1, 1e-12);
  EXPECT_NEAR(NormalisedGini(std::vector<double>{-5, -1, -9, 0, -3}, values), -1, 1e-12);
  EXPECT_EQ(NormalisedGini(values, std::vector<double>{2, 2, 2, 2, 2}), 0);
}

TEST(Ranking, DecilesHoldEveryRowOnceHighestFirst) {
  std::vector<double> scores;
  scores.reserve(103);
  for (int i = 0; i < 103; ++i) scores.push_back(i);
  const std::vector<Decile> deciles = Deciles(scores, scores);
  uint64_t rows = 0;
  for (const Decile& d : deciles) rows += d.rows;
  EXPECT_EQ(rows, 103U);
  EXPECT_GT(deciles.front().mean_score, deciles.back().mean_score);
  EXPECT_NEAR(TopDecileShare(scores, scores, 0.95).value,
              (93 + 94 + 95 + 96 + 97 + 98 + 99 + 100 + 101 + 102) / 5253.0,
              1e-12);
}

TEST(Ranking, AveragePrecisionTakesTiesTogether) {
  const std::vector<double> scores = {3, 2, 2, 1};
  const std::vector<uint8_t> labels = {1, 1, 0, 1};
  const Estimate area = AveragePrecision(scores, labels, 0.95, 1).value();
  EXPECT_NEAR(area.value, (1.0 + 2.0 / 3 + 3.0 / 4) / 3, 1e-12);
  EXPECT_FALSE(AveragePrecision(scores, std::vector<uint8_t>(4, 0), 0.95, 1).ok());
}

TEST(Ranking, GiniIntervalsHoldTheValue) {
  SeededEntropy entropy(8);
  std::vector<double> scores;
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) {
    scores.push_back(static_cast<double>(entropy.Next() % 100'000) / 100 + i * 1e-6);
    values.push_back(scores.back() + static_cast<double>(entropy.Next() % 1000));
  }
  const GiniEstimates gini = Gini(scores, values, 0.95, 1);
  EXPECT_NEAR(gini.normalised.value, NormalisedGini(scores, values), 1e-9);
  EXPECT_LT(gini.normalised.low, gini.normalised.value);
  EXPECT_GT(gini.normalised.high, gini.normalised.value);
  EXPECT_EQ(Gini(scores, std::vector<double>(500, 2.0), 0.95, 1).gini.value, 0);
  EXPECT_EQ(Gini(std::vector<double>(500, 1.0), values, 0.95, 1).gini.value, 0);
}

}  // namespace
}  // namespace signet::pipelines
