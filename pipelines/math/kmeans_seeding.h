/// The first centroids of k-means.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// Greedy k-means++: each next centroid is the best of 2 + log(k) rows drawn with probability
/// proportional to the squared distance to the centroids so far. `points` must hold at least
/// `clusters` distinct rows. A function of the rows in the order given and the seed.
/// Source: Arthur and Vassilvitskii, k-means++ (SODA 2007), section 2.2 and the remark on greedy.
PointSet PlusPlusSeeds(const PointSet& points, size_t clusters, uint64_t seed);

}  // namespace signet::pipelines
