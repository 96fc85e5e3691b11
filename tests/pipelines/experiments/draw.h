/// Seeded draws for generated experiments.
#pragma once

#include <cmath>
#include <cstdint>

#include "crypto/base/entropy.h"

namespace signet::pipelines {

class Draw {
 public:
  explicit Draw(uint64_t seed) : entropy_(seed) {}
  double Uniform() { return (static_cast<double>(entropy_.Next() >> 11) + 0.5) * 0x1p-53; }
  double Normal() { return std::sqrt(-2 * std::log(Uniform())) * std::cos(2 * M_PI * Uniform()); }

 private:
  SeededEntropy entropy_;
};

}  // namespace signet::pipelines
