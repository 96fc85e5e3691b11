/// p-values adjusted for how many there are.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace signet::pipelines {

enum class Correction {
  kNone,
  kHolm,               ///< family-wise error; needs no independence (Holm 1979)
  kBenjaminiHochberg,  ///< false discovery rate; independent or positively dependent tests (1995)
};

/// "none", "holm", "bh".
std::string_view CorrectionName(Correction correction);

/// The adjusted p-values, in the order given: reject where the adjusted one is below alpha. NaN
/// (no test was possible) stays NaN and does not count. Never above 1.
std::vector<double> Adjusted(std::span<const double> p_values, Correction correction);

}  // namespace signet::pipelines
