/// Noise for counts: discrete Laplace and discrete Gaussian, sampled exactly.
///
/// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS
/// 2020, algorithms 1-3. No floating point touches a sample: a floating-point Laplace leaks through
/// its low bits (Mironov, CCS 2012).
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/base/entropy.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// A non-negative fraction; `denominator` > 0.
struct Fraction {
  int64_t numerator = 0;
  int64_t denominator = 1;
};

/// `value`, rounded down to thousandths. At least 1/1000, at most 1,000,000 (CHECK).
Fraction ThousandthsOf(double value);

/// True with probability exp(-gamma).
bool BernoulliExp(Fraction gamma, Entropy& entropy);

/// Discrete Laplace: P(x) proportional to exp(-|x| / scale). A count whose answer changes by at
/// most 1 with one subject is epsilon-differentially private with scale = 1 / epsilon.
int64_t SampleDiscreteLaplace(Fraction scale, Entropy& entropy);

/// Discrete Gaussian: P(x) proportional to exp(-x^2 / (2 variance)). A count of sensitivity 1 has
/// zero-concentrated privacy loss rho = 1 / (2 variance).
int64_t SampleDiscreteGaussian(Fraction variance, Entropy& entropy);

/// Whose noise a count gets. One count is nearer to the truth with Laplace noise; of many, each is
/// nearer with Gaussian noise, whose losses add up more slowly.
enum class NoiseKind { kLaplace, kGaussian };
std::string_view NoiseName(NoiseKind kind);

/// What one answer costs, as PrivacyBudget adds it up.
struct PrivacyLoss {
  double epsilon = 0;  ///< of Laplace noise: epsilon-differential privacy
  double rho = 0;      ///< of Gaussian noise: rho-zero-concentrated differential privacy
};

/// The probability with which the guarantee of Gaussian noise may fail: zCDP has no pure epsilon.
inline constexpr double kPrivacyDelta = 1e-6;

/// rho-zCDP implies (EpsilonOf(rho), kPrivacyDelta)-differential privacy: rho + 2 sqrt(rho ln(1 /
/// delta)). Source: Bun, Steinke, "Concentrated Differential Privacy", TCC 2016, proposition 1.3.
double EpsilonOf(double rho);
/// The rho of which that is `epsilon`.
double RhoOf(double epsilon);

/// What NoisyCount costs. Laplace: `epsilon`. Gaussian: the rho of the variance that is drawn from,
/// which is at most that of `epsilon`.
PrivacyLoss LossOf(NoiseKind kind, double epsilon);

/// `count` with noise, never below 0 (clamping afterwards costs no privacy): discrete Laplace of
/// scale 1 / epsilon, or discrete Gaussian whose (epsilon, kPrivacyDelta) that is when it is asked
/// for alone. kInvalid unless 0.001 <= epsilon <= kEpsilonMax (Gaussian: 0.01 <= epsilon).
Result<int64_t> NoisyCount(int64_t count, NoiseKind kind, double epsilon, Entropy& entropy);

/// The half-width within which the noise of NoisyCount stays in 95 % of all answers.
int64_t NoiseBound95(NoiseKind kind, double epsilon);

}  // namespace signet::policies
