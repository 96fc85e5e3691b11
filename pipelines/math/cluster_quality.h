/// How good a clustering is, and how far two agree: silhouette, adjusted Rand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// Mean silhouette of a clustering, and of each cluster; a cluster of one row counts 0.
struct Silhouette {
  double mean = 0;
  std::vector<double> by_cluster;
};

/// Exact, over all pairs of rows (n^2 distances). kInvalid unless 2 <= clusters used < n.
/// Source: Rousseeuw, Silhouettes (1987); the same definition as scikit-learn's silhouette_score.
Result<Silhouette> SilhouetteOf(const PointSet& points,
                                std::span<const uint32_t> labels,
                                int threads);

/// Agreement of two clusterings of the same rows, 1 for the same, about 0 for chance.
/// Source: Hubert and Arabie, Comparing partitions (1985). CHECKs equal lengths.
double AdjustedRand(std::span<const uint32_t> a, std::span<const uint32_t> b);

}  // namespace signet::pipelines
