/// Seeded choices for the simulator.
#pragma once

#include <cstdint>

#include "crypto/base/entropy.h"

namespace signet::coordinator {

class Dice {
 public:
  explicit Dice(uint64_t seed) : source_(seed) {}
  /// Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(source_.Next() % static_cast<uint64_t>(high - low + 1));
  }
  /// True in `percent` of the cases.
  bool Chance(int percent) { return Between(0, 99) < percent; }
  uint64_t Next() { return source_.Next(); }

 private:
  SeededEntropy source_;
};

}  // namespace signet::coordinator
