// Compiled with -O3 and without contraction of multiply and add (see CMakeLists.txt).
#include "pipelines/math/softplus.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace signet::pipelines {
namespace {

constexpr double kLeast = -700;                    // exp(-700) is still a normal number
constexpr double kRounder = 0x1.8p52;              // adding it rounds to a whole number
constexpr double kLog2E = 1.4426950408889634;      // 1 / ln 2
constexpr double kLn2High = 0x1.62e42fee00000p-1;  // ln 2 in two parts: the first times a whole
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;  // number up to 1,024 is exact
constexpr double kLn2 = 0.69314718055994531;
constexpr double kUpperHalf = 0.41421356237309503;  // sqrt 2 - 1

/// exp(t) for kLeast <= t <= 0: 2^n times the Taylor series of what is left, |rest| <= ln 2 / 2.
[[gnu::always_inline]] inline double ExpOfNegative(double t) {
  const double shifted = t * kLog2E + kRounder;
  const double n = shifted - kRounder;
  const double r = (t - n * kLn2High) - n * kLn2Low;
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  // The low bits of `shifted` are n: they become the exponent.
  return p * std::bit_cast<double>((std::bit_cast<uint64_t>(shifted) + 1023) << 52U);
}

/// ln(1 + u) for 0 <= u <= 1: 2 atanh(s) with 1 + u = (1 + s) / (1 - s), u above sqrt 2 - 1 halved.
[[gnu::always_inline]] inline double LogOfOneAnd(double u) {
  const bool upper = u > kUpperHalf;
  const double top = upper ? u - 1 : u;
  const double bottom = upper ? u + 3 : u + 2;
  const double s = top / bottom;
  const double q = s * s;
  double p = 1.0 / 23;
  p = p * q + 1.0 / 21;
  p = p * q + 1.0 / 19;
  p = p * q + 1.0 / 17;
  p = p * q + 1.0 / 15;
  p = p * q + 1.0 / 13;
  p = p * q + 1.0 / 11;
  p = p * q + 1.0 / 9;
  p = p * q + 1.0 / 7;
  p = p * q + 1.0 / 5;
  p = p * q + 1.0 / 3;
  const double twice = s + s;
  return (upper ? kLn2 : 0.0) + (twice + twice * q * p);
}

[[gnu::always_inline]] inline void SoftplusOf(const double* x,
                                              size_t count,
                                              double* value,
                                              double* slope) {
  for (size_t i = 0; i < count; ++i) {
    const double size = std::fabs(x[i]);
    const double t = -size < kLeast ? kLeast : -size;
    const double power = ExpOfNegative(t);
    const double u = -size < kLeast ? 0.0 : power;
    const double positive = x[i] > 0 ? x[i] : 0.0;
    value[i] = positive + LogOfOneAnd(u);
    slope[i] = (x[i] > 0 ? 1.0 : u) / (1 + u);
  }
}

void SoftplusPlain(const double* x, size_t count, double* value, double* slope) {
  SoftplusOf(x, count, value, slope);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void SoftplusWide(const double* x,
                                                  size_t count,
                                                  double* value,
                                                  double* slope) {
  SoftplusOf(x, count, value, slope);
}
bool HasWideVectors() noexcept {
  return __builtin_cpu_supports("avx2") != 0;
}
#else
void SoftplusWide(const double* x, size_t count, double* value, double* slope) {
  SoftplusOf(x, count, value, slope);
}
bool HasWideVectors() noexcept {
  return false;
}
#endif

const bool kWide = HasWideVectors();

}  // namespace

void Softplus(const double* x, size_t count, double* value, double* slope) {
  if (kWide) {
    SoftplusWide(x, count, value, slope);
  } else {
    SoftplusPlain(x, count, value, slope);
  }
}

}  // namespace signet::pipelines
