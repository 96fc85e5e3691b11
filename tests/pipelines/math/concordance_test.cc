#include "pipelines/math/concordance.h"

#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

/// The share of comparable pairs in the right order, by looking at each.
double PairCountConcordance(const std::vector<double>& predicted,
                            const std::vector<double>& times,
                            const std::vector<uint8_t>& happened) {
  const auto comparable = [&](size_t i, size_t j) {
    return happened[i] != 0 && (times[i] < times[j] || (times[i] == times[j] && happened[j] == 0));
  };
  double pairs = 0;
  double right = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    for (size_t j = 0; j < times.size(); ++j) {
      if (!comparable(i, j)) continue;
      ++pairs;
      right += predicted[i] < predicted[j] ? 1 : predicted[i] == predicted[j] ? 0.5 : 0;
    }
  }
  return right / pairs;
}

TEST(Concordance, EqualsTheCountOfComparablePairs) {
  SeededEntropy entropy(1);
  for (int world = 0; world < 40; ++world) {
    SCOPED_TRACE(world);
    std::vector<double> predicted;
    std::vector<double> times;
    std::vector<uint8_t> happened;
    for (int i = 0; i < 50; ++i) {
      predicted.push_back(static_cast<double>(entropy.Next() % 12));
      times.push_back(static_cast<double>(entropy.Next() % 15));
      happened.push_back(static_cast<uint8_t>(entropy.Next() % 2));
    }
    EXPECT_NEAR(Concordance(predicted, times, happened, 0.95)->value,
                PairCountConcordance(predicted, times, happened),
                1e-12);
  }
}

TEST(Concordance, IntervalCoversOneHalfForChance) {
  SeededEntropy entropy(2);
  int covered = 0;
  for (int world = 0; world < 300; ++world) {
    std::vector<double> predicted;
    std::vector<double> times;
    for (int i = 0; i < 80; ++i) {
      predicted.push_back(static_cast<double>(entropy.Next() >> 11U));
      times.push_back(static_cast<double>(entropy.Next() >> 11U));
    }
    const Estimate c = Concordance(predicted, times, std::vector<uint8_t>(80, 1), 0.95).value();
    covered += c.low <= 0.5 && c.high >= 0.5 ? 1 : 0;
  }
  EXPECT_GE(covered, 273);  // 285 expected, four standard errors
  EXPECT_LE(covered, 298);
}

TEST(Concordance, NeedsPairs) {
  EXPECT_FALSE(
      Concordance(std::vector<double>{1}, std::vector<double>{2}, std::vector<uint8_t>{1}, 0.95)
          .ok());
}

}  // namespace
}  // namespace signet::pipelines
