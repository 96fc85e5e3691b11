/// CentroidSums: exact sums per cluster, so that a step of k-means can be added up anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

inline constexpr size_t kClustersMax = 1024;

/// One Lloyd step over slices of the rows: what each adds up, and how that is merged.
class CentroidSums {
 public:
  /// `largest[c]`: no |value| of column c is above it, in any slice.
  CentroidSums(size_t clusters, std::span<const double> largest);
  void Add(const double* row, uint32_t cluster) { Change(row, cluster, 1); }
  /// Takes back what Add gave.
  void Remove(const double* row, uint32_t cluster) { Change(row, cluster, -1); }
  /// CHECKs that both speak of the same clusters and columns.
  void Merge(const CentroidSums& other);
  /// The mean of cluster j, rounded once; `otherwise` where it is empty.
  [[nodiscard]] PointSet Means(const PointSet& otherwise) const;
  [[nodiscard]] const std::vector<int64_t>& counts() const { return counts_; }
  friend bool operator==(const CentroidSums&, const CentroidSums&) = default;

 private:
  __extension__ using Wide = __int128;
  void Change(const double* row, uint32_t cluster, int sign);

  std::vector<int> shift_;  ///< value * 2^shift is an integer of 50 bits
  std::vector<double> scale_;
  std::vector<Wide> sums_;  ///< clusters x columns
  std::vector<int64_t> counts_;
};

/// The order in which clusters are numbered: by size, the largest first; on a tie by coordinates.
std::vector<uint32_t> OrderBySize(const PointSet& centroids, std::span<const size_t> sizes);

/// The largest |value| of each column.
std::vector<double> LargestOf(const PointSet& points);

/// The mean over the columns of their population variance; a function of the rows in their order.
double MeanVariance(const PointSet& points);

}  // namespace signet::pipelines
