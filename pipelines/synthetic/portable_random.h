/// Random numbers and elementary functions whose bits are the same on every machine and compiler:
/// integer generators, IEEE arithmetic and series of our own (libm and the standard library's
/// distributions differ between versions and processors).
#pragma once

#include <array>
#include <cstdint>

namespace signet::pipelines::synthetic {

/// Natural logarithm of a positive, normal number; relative error below 1e-15.
double PortableLog(double x);
/// e^x for |x| <= 700; 0 below -700. Relative error below 1e-15.
double PortableExp(double x);
/// cos(2 pi turns), |turns| <= 1e6; absolute error below 1e-12.
double PortableCosTurns(double turns);
/// base^exponent for a positive base.
double PortablePow(double base, double exponent);

/// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
/// 47(4), 2021), its state filled by SplitMix64 from (seed, purpose, index).
class Random {
 public:
  Random(uint64_t seed, uint64_t purpose, uint64_t index);

  uint64_t Next();
  /// In (0, 1), 53 bits.
  double Uniform();
  /// In [0, bound), bound > 0 (Lemire's multiplication; bias below 2^-32).
  uint32_t Below(uint32_t bound);
  bool Chance(double probability) { return Uniform() < probability; }
  /// Inversion. Mean 1 / rate.
  double Exponential(double rate);
  /// Marsaglia's polar method.
  double Normal();
  /// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
  /// Mean shape / rate.
  double Gamma(double shape, double rate);
  /// Knuth's multiplication; for means below 30.
  int Poisson(double mean);

 private:
  std::array<uint64_t, 4> state_{};
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace signet::pipelines::synthetic
