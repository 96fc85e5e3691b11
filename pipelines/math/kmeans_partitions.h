/// K-means over partitions that stay where they are: what travels is a sketch of each, then, per
/// round, centroids one way and exact sums the other.
///
/// Both states add up in any order: the result is the same for one partition or a thousand, and, as
/// long as the distinct rows fit into the sketch, bit by bit that of FitKMeans over all rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/centroid_sums.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/kmeans.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// The distinct rows with the lowest seeded hashes, each with how often it occurs, and the largest
/// |value| of each column. Source: bottom-k sketches (Cohen and Kaplan, PODC 2007), by content.
class KMeansSketch {
 public:
  KMeansSketch(size_t columns, uint64_t seed, size_t distinct_max = kSeedingRowsMax);
  void Add(const PointSet& partition);
  /// CHECKs that both have the same columns, seed and size.
  void Merge(const KMeansSketch& other);

  [[nodiscard]] uint64_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<double>& largest() const { return largest_; }
  /// The sketched rows, each as often as it occurs, as the head of their canonical order.
  [[nodiscard]] PointSet Sample(size_t rows_max) const;

 private:
  struct Kept {
    std::vector<double> row;
    uint64_t count = 0;
  };
  void Trim();

  size_t columns_;
  uint64_t seed_;
  size_t distinct_max_;
  uint64_t rows_ = 0;
  std::vector<double> largest_;
  std::map<uint64_t, Kept> kept_;  ///< by hash
};

/// What one partition says to the centroids of a round.
struct KMeansRound {
  CentroidSums sums;
  ExactSum inertia;
  double farthest = -1;              ///< the largest squared distance to the own centroid
  std::vector<double> farthest_row;  ///< where an empty cluster begins anew

  static KMeansRound Of(const PointSet& partition,
                        const PointSet& centroids,
                        std::span<const double> largest,
                        int threads);
  void Merge(const KMeansRound& other);
};

/// Seeds from the merged sketch, then rounds until no centroid moves (options.tolerance and
/// mini_batch are not looked at). Labels are in the order of the partitions. kInvalid as FitKMeans.
Result<KMeansFit> FitKMeansPartitions(std::span<const PointSet> partitions,
                                      const KMeansOptions& options,
                                      size_t distinct_max = kSeedingRowsMax);

}  // namespace signet::pipelines
