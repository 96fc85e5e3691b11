/// Lloyd's steps with Hamerly's bounds: rows whose nearest centroid cannot have changed are
/// skipped.
#pragma once

#include "pipelines/math/kmeans.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct LloydRun {
  PointSet centroids;
  int iterations = 0;
  bool converged = false;  ///< no row would change its cluster, or `tolerance` was reached
};

/// Steps from `centroids` until no row changes its cluster, or as the options say. The result is
/// that of plain steps: sums are exact, bounds only spare distances. An empty cluster begins anew
/// at the row farthest from its centroid. Source: Hamerly, Making k-means even faster (SDM 2010).
LloydRun RunLloyd(const PointSet& points, PointSet centroids, const KMeansOptions& options);

}  // namespace signet::pipelines
