#include "policies/disclosure/noisy_count.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

constexpr int kSamples = 60'000;

// Pearson's statistic of samples against probabilities over [-reach, reach]; the tails are one
// cell.
double ChiSquare(const std::map<int64_t, int>& seen,
                 const std::map<int64_t, double>& expected,
                 int64_t reach) {
  double statistic = 0;
  double inside = 0;
  int counted = 0;
  for (int64_t x = -reach; x <= reach; ++x) {
    const double want = expected.at(x) * kSamples;
    const auto found = seen.find(x);
    const int have = found == seen.end() ? 0 : found->second;
    statistic += (have - want) * (have - want) / want;
    inside += expected.at(x);
    counted += have;
  }
  const double want = (1 - inside) * kSamples;
  const double have = kSamples - counted;
  return want < 5 ? statistic : statistic + (have - want) * (have - want) / want;
}

TEST(BernoulliExp, HasTheProbabilityOfTheExponential) {
  SeededEntropy entropy(11);
  for (const Fraction gamma : {Fraction{0, 1},
                               Fraction{1, 10},
                               Fraction{1, 2},
                               Fraction{1, 1},
                               Fraction{5, 2},
                               Fraction{7, 1}}) {
    int hits = 0;
    for (int i = 0; i < kSamples; ++i) hits += BernoulliExp(gamma, entropy) ? 1 : 0;
    const double p =
        std::exp(-static_cast<double>(gamma.numerator) / static_cast<double>(gamma.denominator));
    const double spread = std::sqrt(std::max(p * (1 - p), 1e-9) / kSamples);
    EXPECT_NEAR(hits / static_cast<double>(kSamples), p, 4.5 * spread + 1e-9)
        << gamma.numerator << "/" << gamma.denominator;
  }
}

TEST(DiscreteLaplace, FollowsItsDistribution) {
  for (const Fraction scale : {Fraction{1, 1}, Fraction{10, 3}, Fraction{1000, 150}}) {
    SeededEntropy entropy(static_cast<uint64_t>(scale.numerator));
    std::map<int64_t, int> seen;
    for (int i = 0; i < kSamples; ++i) ++seen[SampleDiscreteLaplace(scale, entropy)];
    const double b = static_cast<double>(scale.numerator) / static_cast<double>(scale.denominator);
    const double p = std::exp(-1 / b);
    std::map<int64_t, double> expected;
    const auto reach = static_cast<int64_t>(4 * b);
    for (int64_t x = -reach; x <= reach; ++x) {
      expected[x] = (1 - p) / (1 + p) * std::pow(p, std::abs(static_cast<double>(x)));
    }
    // 99.99 % of chi-square with n degrees lies below n + 4.3 sqrt(2 n) for these n.
    const auto degrees = static_cast<double>(2 * reach + 1);
    EXPECT_LT(ChiSquare(seen, expected, reach), degrees + 4.3 * std::sqrt(2 * degrees)) << b;
  }
}

TEST(DiscreteGaussian, FollowsItsDistribution) {
  for (const Fraction variance : {Fraction{1, 1}, Fraction{25, 4}, Fraction{400, 1}}) {
    SeededEntropy entropy(static_cast<uint64_t>(variance.numerator + 5));
    std::map<int64_t, int> seen;
    for (int i = 0; i < kSamples; ++i) ++seen[SampleDiscreteGaussian(variance, entropy)];
    const double v =
        static_cast<double>(variance.numerator) / static_cast<double>(variance.denominator);
    double total = 0;
    for (int64_t x = -400; x <= 400; ++x) {
      total += std::exp(-static_cast<double>(x * x) / (2 * v));
    }
    std::map<int64_t, double> expected;
    const auto reach = static_cast<int64_t>(2.5 * std::sqrt(v));
    for (int64_t x = -reach; x <= reach; ++x) {
      expected[x] = std::exp(-static_cast<double>(x * x) / (2 * v)) / total;
    }
    const auto degrees = static_cast<double>(2 * reach + 1);
    EXPECT_LT(ChiSquare(seen, expected, reach), degrees + 4.3 * std::sqrt(2 * degrees)) << v;
  }
}

TEST(NoisyCount, StaysWithinItsBoundInAboutNinetyFivePercent) {
  SystemEntropy entropy;
  for (const double epsilon : {0.1, 0.5, 1.0, 2.0}) {
    const int64_t bound = NoiseBound95(epsilon);
    int outside = 0;
    constexpr int kRuns = 20'000;
    for (int i = 0; i < kRuns; ++i) {
      const Result<int64_t> noisy = NoisyCount(100'000, epsilon, entropy);
      ASSERT_TRUE(noisy.ok());
      if (std::abs(*noisy - 100'000) > bound) ++outside;
    }
    EXPECT_LT(outside, kRuns * 0.06) << epsilon;
    // The bound is the smallest: one less would let more than 5 % out (up to what luck hides).
    EXPECT_GT(bound, 0);
  }
}

TEST(NoisyCount, IsNeverNegativeAndRefusesSenselessBudgets) {
  SeededEntropy entropy(1);
  for (int i = 0; i < 2000; ++i) EXPECT_GE(*NoisyCount(0, 0.05, entropy), 0);
  EXPECT_FALSE(NoisyCount(10, 0.0, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, -1.0, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, 21.0, entropy).ok());
}

TEST(NoisyCount, TwoNeighbouringCountsAreHardToTellApart) {
  // The ratio of probabilities of any answer is at most e^epsilon: measured on a coarse event.
  constexpr double kEpsilon = 0.5;
  SeededEntropy entropy(3);
  int from_small = 0;
  int from_large = 0;
  for (int i = 0; i < kSamples; ++i) {
    from_small += *NoisyCount(1000, kEpsilon, entropy) > 1000 ? 1 : 0;
    from_large += *NoisyCount(1001, kEpsilon, entropy) > 1000 ? 1 : 0;
  }
  const double ratio = static_cast<double>(from_large) / from_small;
  EXPECT_GT(ratio, 1.2);
  EXPECT_LT(ratio, std::exp(kEpsilon) * 1.06);
}

}  // namespace
}  // namespace signet::policies
