/// How far two samples of one column differ: population stability index, Kolmogorov-Smirnov.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace signet::pipelines {

/// sum (a - e) ln(a / e) over bins, where e and a are the shares of the reference and the current
/// rows, each at least 1e-4 (the usual floor; tools differ here and in their bins). Under no drift
/// its mean is about (bins - 1) (1/n + 1/m).
struct Stability {
  double psi = 0;
  double noise = 0;   ///< what psi exceeds in 1 of 100 comparisons without drift
  double chance = 1;  ///< chance of as large a psi without drift (chi-square)
};
/// Counts by bin; bins that are empty on both sides do not count. {0, 0, 1} if a side is empty.
Stability PopulationStability(std::span<const uint64_t> reference,
                              std::span<const uint64_t> current);

/// Largest distance between two empirical distributions, with Kolmogorov's asymptotic p-value
/// (conservative for ties). No NaN among the values. {0, 1} if a side is empty.
struct KolmogorovSmirnov {
  double distance = 0;
  double p = 1;
};
KolmogorovSmirnov CompareDistributions(std::span<const double> reference,
                                       std::span<const double> current);

/// Edges that cut `values` into about `bins` parts of equal count: rising, without repetition;
/// a value belongs to the bin of the edges at or below it. Few for few distinct values.
std::vector<double> QuantileEdges(std::span<const double> values, int bins);

}  // namespace signet::pipelines
