#include "pipelines/synthetic/portable_random.h"

#include <bit>
#include <cmath>

#include "crypto/base/check.h"

namespace signet::pipelines::synthetic {

namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kPi = 3.14159265358979323846;

uint64_t SplitMix(uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

double PortableLog(double x) {
  CHECK(x > 0);
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  // log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716: the series ends at s^23.
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = (sum + 1.0 / k) * z;
  const double e = exponent;
  return e * kLn2High + (2.0 * (s + s * sum) + e * kLn2Low);
}

double PortableExp(double x) {
  if (x < -700.0) return 0;
  CHECK(x <= 700.0);
  const double k = std::floor(x * 1.4426950408889634 + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  // Taylor's series to r^14 / 14!, |r| <= 0.3466.
  double sum = 1.0;
  for (int n = 14; n >= 1; --n) sum = 1.0 + sum * r / n;
  const auto biased = static_cast<uint64_t>(static_cast<int64_t>(k) + 1023);
  return sum * std::bit_cast<double>(biased << 52);
}

double PortableCosTurns(double turns) {
  double t = turns - std::floor(turns + 0.5);  // [-0.5, 0.5)
  if (t < 0) t = -t;
  const bool mirrored = t > 0.25;
  if (mirrored) t = 0.5 - t;
  const double x = 2.0 * kPi * t;  // [0, pi/2]
  const double z = x * x;
  double sum = 1.0;
  for (int n = 20; n >= 2; n -= 2) sum = 1.0 - sum * z / (n * (n - 1));
  return mirrored ? -sum : sum;
}

double PortablePow(double base, double exponent) {
  return PortableExp(exponent * PortableLog(base));
}

Random::Random(uint64_t seed, uint64_t purpose, uint64_t index) {
  uint64_t mix = seed;
  mix = SplitMix(mix) ^ (purpose * 0xD1342543DE82EF95ULL);
  mix = SplitMix(mix) ^ (index * 0xA24BAED4963EE407ULL);
  for (uint64_t& word : state_) word = SplitMix(mix);
}

uint64_t Random::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::Uniform() {
  return (static_cast<double>(Next() >> 11) + 0.5) * 0x1.0p-53;
}

uint32_t Random::Below(uint32_t bound) {
  return static_cast<uint32_t>(((Next() >> 32) * bound) >> 32);
}

double Random::Exponential(double rate) {
  return -PortableLog(Uniform()) / rate;
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u = 0;
  double v = 0;
  double s = 0;
  do {
    u = 2.0 * Uniform() - 1.0;
    v = 2.0 * Uniform() - 1.0;
    s = u * u + v * v;
  } while (s >= 1.0 || s <= 0.0);
  const double factor = std::sqrt(-2.0 * PortableLog(s) / s);
  spare_ = v * factor;
  has_spare_ = true;
  return u * factor;
}

double Random::Gamma(double shape, double rate) {
  if (shape < 1.0) {
    const double boost = PortablePow(Uniform(), 1.0 / shape);
    return Gamma(shape + 1.0, rate) * boost;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = Normal();
    double v = 1.0 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    if (PortableLog(Uniform()) < 0.5 * x * x + d - d * v + d * PortableLog(v)) return d * v / rate;
  }
}

int Random::Poisson(double mean) {
  const double limit = PortableExp(-mean);
  double product = Uniform();
  int count = 0;
  while (product > limit) {
    product *= Uniform();
    ++count;
  }
  return count;
}

}  // namespace signet::pipelines::synthetic
