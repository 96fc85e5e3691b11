#include "pipelines/math/divergence.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(Divergence, PsiIsTheTextbookSum) {
  const std::vector<uint64_t> before = {500, 300, 200};
  const std::vector<uint64_t> after = {400, 300, 300};
  const Stability s = PopulationStability(before, after);
  EXPECT_NEAR(s.psi, (0.4 - 0.5) * std::log(0.8) + (0.3 - 0.2) * std::log(1.5), 1e-12);
  EXPECT_LT(s.chance, 1e-5);
  EXPECT_EQ(PopulationStability(before, before).psi, 0);
  EXPECT_EQ(PopulationStability(before, std::vector<uint64_t>{0, 0, 0}).psi, 0);
}

TEST(Divergence, NoiseIsExceededInOneOfAHundred) {
  SeededEntropy entropy(4);
  int exceeded = 0;
  for (int world = 0; world < 2000; ++world) {
    std::vector<uint64_t> a(10, 0);
    std::vector<uint64_t> b(10, 0);
    for (int i = 0; i < 400; ++i) {
      ++a[entropy.Next() % 10];
      ++b[entropy.Next() % 10];
    }
    const Stability s = PopulationStability(a, b);
    exceeded += s.psi > s.noise ? 1 : 0;
  }
  EXPECT_LT(exceeded, 45);
  EXPECT_GT(exceeded, 5);
}

TEST(Divergence, KsIsTheLargestGapOfDistributions) {
  const std::vector<double> a = {1, 2, 3, 4};
  const std::vector<double> b = {3, 4, 5, 6};
  EXPECT_EQ(CompareDistributions(a, b).distance, 0.5);
  EXPECT_EQ(CompareDistributions(a, a).distance, 0);
  EXPECT_EQ(CompareDistributions(a, a).p, 1);
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 1000; ++i) {
    x.push_back(i);
    y.push_back(i + 61);  // sqrt(500) * 0.061 = 1.364: p = 0.0484 by Kolmogorov's series
  }
  EXPECT_NEAR(CompareDistributions(x, y).p, 0.0484, 0.0005);
}

TEST(Divergence, EdgesSplitEvenlyAndDoNotRepeat) {
  std::vector<double> values;
  values.reserve(100);
  for (int i = 0; i < 100; ++i) values.push_back(i);
  EXPECT_EQ(QuantileEdges(values, 4), (std::vector<double>{25, 50, 75}));
  EXPECT_TRUE(QuantileEdges(std::vector<double>(50, 3.0), 10).empty());
  std::vector<double> flags(95, 0.0);
  flags.resize(100, 1.0);
  EXPECT_EQ(QuantileEdges(flags, 10), (std::vector<double>{1}));
}

}  // namespace
}  // namespace signet::pipelines
