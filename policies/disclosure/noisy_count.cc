#include "policies/disclosure/noisy_count.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "policies/model/purpose.h"

namespace signet::policies {
namespace {

__extension__ using Wide = unsigned __int128;  // GCC and clang have it; ISO C++ does not

Wide RandomWide(Entropy& entropy) {
  const Wide high = entropy.RandomU64();
  return (high << 64U) | entropy.RandomU64();
}

/// Uniform over [0, bound), by rejection: a remainder would prefer small numbers.
Wide Below(Wide bound, Entropy& entropy) {
  CHECK(bound > 0);
  if (bound <= (Wide{1} << 63U)) {
    // Half the random bytes where 64 bits do.
    const auto small = static_cast<uint64_t>(bound);
    const uint64_t reject = (0 - small) % small;
    while (true) {
      const uint64_t random = entropy.RandomU64();
      if (random >= reject) return random % small;
    }
  }
  const Wide reject = (Wide{0} - bound) % bound;
  while (true) {
    const Wide random = RandomWide(entropy);
    if (random >= reject) return random % bound;
  }
}

/// True with probability numerator / denominator, which is at most 1.
bool Bernoulli(Wide numerator, Wide denominator, Entropy& entropy) {
  return Below(denominator, entropy) < numerator;
}

/// exp(-n/d) for n <= d (algorithm 1, first case).
bool BernoulliExpSmall(Wide numerator, Wide denominator, Entropy& entropy) {
  Wide k = 1;
  while (Bernoulli(numerator, denominator * k, entropy)) ++k;
  return k % 2 == 1;
}

bool BernoulliExpWide(Wide numerator, Wide denominator, Entropy& entropy) {
  while (numerator > denominator) {
    if (!BernoulliExpSmall(1, 1, entropy)) return false;
    numerator -= denominator;
  }
  return BernoulliExpSmall(numerator, denominator, entropy);
}

/// Below it the variance would be larger than the sampler's numbers reach.
constexpr double kGaussianEpsilonMin = 0.01;

/// Of the Gaussian noise for `epsilon`: 1 / (2 rho), rounded up to thousandths.
Fraction VarianceOf(double epsilon) {
  CHECK(epsilon >= kGaussianEpsilonMin && epsilon <= kEpsilonMax);
  return {static_cast<int64_t>(std::ceil(500.0 / RhoOf(epsilon))), 1000};
}

/// The smallest m with P(|X| <= m) >= 0.95, from the probabilities themselves.
int64_t GaussianBound95(double variance) {
  const auto reach = static_cast<int64_t>(std::ceil(12 * std::sqrt(variance)));
  const auto weight = [variance](int64_t x) {
    return (x == 0 ? 1.0 : 2.0) *
           std::exp(-static_cast<double>(x) * static_cast<double>(x) / (2 * variance));
  };
  double total = 0;
  for (int64_t x = 0; x <= reach; ++x) total += weight(x);
  double inside = 0;
  for (int64_t x = 0; x <= reach; ++x) {
    inside += weight(x);
    if (inside >= 0.95 * total) return x;
  }
  return reach;
}

}  // namespace

Fraction ThousandthsOf(double value) {
  CHECK(value >= 0.001 && value <= 1e6);
  return {static_cast<int64_t>(std::floor(value * 1000.0 + 1e-9)), 1000};
}

bool BernoulliExp(Fraction gamma, Entropy& entropy) {
  CHECK(gamma.numerator >= 0 && gamma.denominator > 0);
  return BernoulliExpWide(
      static_cast<Wide>(gamma.numerator), static_cast<Wide>(gamma.denominator), entropy);
}

int64_t SampleDiscreteLaplace(Fraction scale, Entropy& entropy) {
  CHECK(scale.numerator > 0 && scale.denominator > 0);
  const auto t = static_cast<Wide>(scale.numerator);
  const auto s = static_cast<Wide>(scale.denominator);
  while (true) {
    const Wide u = Below(t, entropy);
    if (!BernoulliExpWide(u, t, entropy)) continue;
    Wide v = 0;
    while (BernoulliExpSmall(1, 1, entropy)) ++v;
    const auto magnitude = static_cast<int64_t>((u + t * v) / s);
    const bool negative = Bernoulli(1, 2, entropy);
    if (negative && magnitude == 0) continue;  // zero would come twice as often
    return negative ? -magnitude : magnitude;
  }
}

int64_t SampleDiscreteGaussian(Fraction variance, Entropy& entropy) {
  CHECK(variance.numerator > 0 && variance.denominator > 0);
  CHECK(variance.numerator <= 1'000'000'000 && variance.denominator <= 1'000);
  const auto a = static_cast<Wide>(variance.numerator);
  const auto b = static_cast<Wide>(variance.denominator);
  // t = floor(sigma) + 1 in whole numbers.
  Wide t = 1;
  while (t * t * b <= a) ++t;
  while (true) {
    const int64_t y = SampleDiscreteLaplace({static_cast<int64_t>(t), 1}, entropy);
    const auto magnitude = static_cast<Wide>(y < 0 ? -y : y);
    // (|y| - variance / t)^2 / (2 variance), all over b t.
    const Wide left = magnitude * b * t;
    const Wide distance = left > a ? left - a : a - left;
    if (distance >= (Wide{1} << 62U)) continue;  // beyond any sample that would be accepted
    if (BernoulliExpWide(distance * distance, 2 * a * b * t * t, entropy)) return y;
  }
}

std::string_view NoiseName(NoiseKind kind) {
  switch (kind) {
    case NoiseKind::kLaplace:
      return "laplace";
    case NoiseKind::kGaussian:
      return "gaussian";
  }
  return "laplace";
}

double EpsilonOf(double rho) {
  return rho + 2 * std::sqrt(rho * std::log(1 / kPrivacyDelta));
}

double RhoOf(double epsilon) {
  // (sqrt(rho) + sqrt(l))^2 = epsilon + l with l = ln(1 / delta).
  const double l = std::log(1 / kPrivacyDelta);
  const double root = epsilon / (std::sqrt(epsilon + l) + std::sqrt(l));
  return root * root;
}

PrivacyLoss LossOf(NoiseKind kind, double epsilon) {
  if (kind == NoiseKind::kLaplace) return {epsilon, 0};
  const Fraction variance = VarianceOf(epsilon);
  return {
      0, static_cast<double>(variance.denominator) / (2 * static_cast<double>(variance.numerator))};
}

Result<int64_t> NoisyCount(int64_t count, NoiseKind kind, double epsilon, Entropy& entropy) {
  const double least = kind == NoiseKind::kLaplace ? 0.001 : kGaussianEpsilonMin;
  if (!(epsilon >= least && epsilon <= kEpsilonMax)) {
    return Invalid("epsilon must lie between 0.001 (Gaussian noise: 0.01) and 20");
  }
  if (kind == NoiseKind::kGaussian) {
    return std::max<int64_t>(0, count + SampleDiscreteGaussian(VarianceOf(epsilon), entropy));
  }
  const Fraction loss = ThousandthsOf(epsilon);
  const int64_t noise = SampleDiscreteLaplace({loss.denominator, loss.numerator}, entropy);
  return std::max<int64_t>(0, count + noise);
}

int64_t NoiseBound95(NoiseKind kind, double epsilon) {
  if (kind == NoiseKind::kGaussian) {
    const Fraction variance = VarianceOf(epsilon);
    return GaussianBound95(static_cast<double>(variance.numerator) /
                           static_cast<double>(variance.denominator));
  }
  // P(|X| > m) = 2 p^(m+1) / (1 + p) with p = exp(-epsilon).
  const double p = std::exp(-epsilon);
  const double bound = std::log(0.05 * (1.0 + p) / 2.0) / std::log(p) - 1.0;
  return std::max<int64_t>(0, static_cast<int64_t>(std::ceil(bound - 1e-9)));
}

}  // namespace signet::policies
