/// K-means: k-means++ seeding, Lloyd's steps with exact sums, mini-batches for a first look.
///
/// Clusters do not depend on the order of rows, on threads or on partitions: rows are taken in
/// canonical order, and centroids are sums of integers (each coordinate in fixed point, 50 bits
/// below the column's largest value), so that no rounding depends on who adds first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/centroid_sums.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct KMeansOptions {
  size_t clusters = 8;
  int restarts = 25;         ///< seedings tried, on up to kSeedingRowsMax rows; the best goes on
  int iterations_max = 300;  ///< Lloyd's steps, unless no row changes its cluster before
  /// Stops earlier when the centroids' squared moves add up to at most this times the columns' mean
  /// variance (scikit-learn's `tol`, there 1e-4); 0: only when no row changes its cluster.
  double tolerance = 0;
  uint64_t seed = 1;
  int threads = 1;
  bool mini_batch = false;  ///< mini-batch steps in place of Lloyd's
  size_t batch_rows = 4096;
};

/// Clusters are numbered by size, the largest first (ties: by the centroid's coordinates).
struct KMeansFit {
  PointSet centroids;
  std::vector<uint32_t> labels;  ///< one a row, in the order of the rows given
  std::vector<size_t> sizes;
  double inertia = 0;  ///< sum of squared distances to the centroid of the row's cluster
  int iterations = 0;
  bool converged = false;  ///< no row would change its cluster, or `tolerance` was reached
};

/// Rows that seedings are tried on; all rows take part in Lloyd's steps.
inline constexpr size_t kSeedingRowsMax = 50'000;

/// kInvalid for no rows, fewer distinct rows than clusters, or a coordinate that is not finite.
/// Source: Arthur and Vassilvitskii, k-means++ (SODA 2007), with greedy candidates; Hamerly, Making
/// k-means even faster (SDM 2010); Sculley, Web-scale k-means (WWW 2010) for mini-batches.
Result<KMeansFit> FitKMeans(const PointSet& points, const KMeansOptions& options);

/// Lloyd's steps from given centroids, without seeding.
Result<KMeansFit> FitKMeansFrom(const PointSet& points,
                                const PointSet& centroids,
                                const KMeansOptions& options);

/// The nearest centroid of each row (ties: the lowest number).
struct Assignment {
  std::vector<uint32_t> labels;
  std::vector<double> squared;  ///< squared distance to it
};
Assignment AssignToNearest(const PointSet& points, const PointSet& centroids, int threads);

}  // namespace signet::pipelines
