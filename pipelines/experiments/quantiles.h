/// Quantile metrics: differences of quantiles between arms with bootstrap intervals.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "pipelines/experiments/read_out.h"

namespace signet::pipelines {

/// How often each value occurs among an arm's units: the mergeable state of a quantile metric.
class ValueCounts {
 public:
  void Add(double value, uint64_t units = 1) { counts_[value] += units; }
  void Merge(const ValueCounts& other);
  [[nodiscard]] uint64_t units() const;
  /// Linear between the ranks around 1 + p (n - 1) (type 7 of Hyndman and Fan, numpy's default);
  /// p in (0, 1).
  [[nodiscard]] double Quantile(double p) const;
  /// The value of each rank (from 1, ascending).
  [[nodiscard]] std::vector<double> AtRanks(const std::vector<uint64_t>& ranks) const;

 private:
  std::map<double, uint64_t> counts_;
};

/// The difference of the p-quantiles with a percentile bootstrap interval. The rank that a Poisson
/// bootstrap picks is Binomial(n + 1, p) (Schultzberg and Ankargren, "Resampling-free bootstrap
/// inference for quantiles", 2022), so nothing is resampled: 20,000 pairs of ranks,
/// spread evenly over the two binomials and paired by `seed`. The p-value inverts the interval.
Comparison CompareQuantiles(const ValueCounts& treatment,
                            const ValueCounts& control,
                            double p,
                            double confidence,
                            uint64_t seed);

}  // namespace signet::pipelines
