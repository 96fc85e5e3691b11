/// Noise for counts: discrete Laplace and discrete Gaussian, sampled exactly.
///
/// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS
/// 2020, algorithms 1-3. No floating point touches a sample: a floating-point Laplace leaks through
/// its low bits (Mironov, CCS 2012).
#pragma once

#include <cstdint>

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

/// `count` with discrete Laplace noise of scale 1 / epsilon, never below 0 (clamping afterwards
/// costs no privacy). kInvalid unless 0.001 <= epsilon <= kEpsilonMax.
Result<int64_t> NoisyCount(int64_t count, double epsilon, Entropy& entropy);

/// The half-width within which the noise of NoisyCount stays in 95 % of all answers.
int64_t NoiseBound95(double epsilon);

}  // namespace signet::policies
