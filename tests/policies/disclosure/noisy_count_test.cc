#include "policies/disclosure/noisy_count.h"

#include <algorithm>
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

void ExpectWithinBound(NoiseKind kind) {
  SystemEntropy entropy;
  for (const double epsilon : {0.1, 0.5, 1.0, 2.0}) {
    const int64_t bound = NoiseBound95(kind, epsilon);
    int outside = 0;
    constexpr int kRuns = 20'000;
    for (int i = 0; i < kRuns; ++i) {
      const Result<int64_t> noisy = NoisyCount(100'000, kind, epsilon, entropy);
      ASSERT_TRUE(noisy.ok());
      if (std::abs(*noisy - 100'000) > bound) ++outside;
    }
    EXPECT_LT(outside, kRuns * 0.06) << epsilon;
    // The bound is the smallest: one less would let more than 5 % out (up to what luck hides).
    EXPECT_GT(bound, 0);
  }
}

TEST(NoisyCount, StaysWithinItsBoundInAboutNinetyFivePercent) {
  ExpectWithinBound(NoiseKind::kLaplace);
  ExpectWithinBound(NoiseKind::kGaussian);
}

TEST(NoisyCount, OfManyCountsEachIsNearerWithGaussianNoise) {
  // As many answers as a budget of 1 allows, each with the same loss: how near may they be?
  const auto nearest = [](NoiseKind kind, int answers) {
    int64_t best = 1'000'000;
    for (int hundredths = 2; hundredths <= 100; ++hundredths) {
      const double epsilon = hundredths / 100.0;
      const PrivacyLoss loss = LossOf(kind, epsilon);
      const double all = answers * loss.epsilon + EpsilonOf(answers * loss.rho);
      if (all <= 1.0) best = std::min(best, NoiseBound95(kind, epsilon));
    }
    return best;
  };
  EXPECT_LT(nearest(NoiseKind::kLaplace, 1), nearest(NoiseKind::kGaussian, 1));
  EXPECT_GT(nearest(NoiseKind::kLaplace, 40), nearest(NoiseKind::kGaussian, 40));
}

TEST(PrivacyLoss, RhoAndEpsilonAreEachOthersInverse) {
  for (const double epsilon : {0.01, 0.1, 0.5, 1.0, 5.0, 20.0}) {
    const double rho = RhoOf(epsilon);
    EXPECT_NEAR(EpsilonOf(rho), epsilon, 1e-9 * epsilon);
    // The formula of the paper, written out.
    EXPECT_NEAR(rho + 2 * std::sqrt(rho * std::log(1e6)), epsilon, 1e-9 * epsilon);
    const PrivacyLoss loss = LossOf(NoiseKind::kGaussian, epsilon);
    EXPECT_EQ(loss.epsilon, 0);
    EXPECT_LE(loss.rho, rho) << "the variance is rounded up";
    EXPECT_GT(loss.rho, 0.99 * rho);
  }
  EXPECT_EQ(LossOf(NoiseKind::kLaplace, 0.5).epsilon, 0.5);
  EXPECT_EQ(LossOf(NoiseKind::kLaplace, 0.5).rho, 0);
}

TEST(NoisyCount, GaussianNoiseHasTheVarianceThatItsLossStates) {
  SeededEntropy entropy(17);
  constexpr double kEpsilon = 2.0;
  const double variance = 1 / (2 * LossOf(NoiseKind::kGaussian, kEpsilon).rho);
  double squares = 0;
  for (int i = 0; i < kSamples; ++i) {
    const auto off = static_cast<double>(
        *NoisyCount(100'000, NoiseKind::kGaussian, kEpsilon, entropy) - 100'000);
    squares += off * off;
  }
  // The variance of a normal's square is 2 variance^2.
  EXPECT_NEAR(squares / kSamples, variance, 4.5 * variance * std::sqrt(2.0 / kSamples));
}

TEST(NoisyCount, IsNeverNegativeAndRefusesSenselessBudgets) {
  SeededEntropy entropy(1);
  for (int i = 0; i < 2000; ++i) EXPECT_GE(*NoisyCount(0, NoiseKind::kLaplace, 0.05, entropy), 0);
  EXPECT_FALSE(NoisyCount(10, NoiseKind::kLaplace, 0.0, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, NoiseKind::kLaplace, -1.0, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, NoiseKind::kLaplace, 21.0, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, NoiseKind::kGaussian, 0.005, entropy).ok());
  EXPECT_FALSE(NoisyCount(10, NoiseKind::kGaussian, 21.0, entropy).ok());
  for (int i = 0; i < 200; ++i) EXPECT_GE(*NoisyCount(0, NoiseKind::kGaussian, 0.1, entropy), 0);
}

TEST(NoisyCount, TwoNeighbouringCountsAreHardToTellApart) {
  // The ratio of probabilities of any answer is at most e^epsilon: measured on a coarse event.
  constexpr double kEpsilon = 0.5;
  SeededEntropy entropy(3);
  int from_small = 0;
  int from_large = 0;
  for (int i = 0; i < kSamples; ++i) {
    from_small += *NoisyCount(1000, NoiseKind::kLaplace, kEpsilon, entropy) > 1000 ? 1 : 0;
    from_large += *NoisyCount(1001, NoiseKind::kLaplace, kEpsilon, entropy) > 1000 ? 1 : 0;
  }
  const double ratio = static_cast<double>(from_large) / from_small;
  EXPECT_GT(ratio, 1.2);
  EXPECT_LT(ratio, std::exp(kEpsilon) * 1.06);
}

}  // namespace
}  // namespace signet::policies
