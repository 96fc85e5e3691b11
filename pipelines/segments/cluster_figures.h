/// What a clustering tells: figures without what could tell of few people, a picture, a model.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/segments/clustering.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {

/// ClusteringJson without what could tell of few people: clusters below `group_min` (counted),
/// sizes under other k, nodes of the tree, merges of the hierarchy.
Json ToldFigures(Json figures, size_t group_min);

/// The first two principal components of the scaled columns, by hexagons of at least `group_min`
/// rows; null where there is but one column.
Json ClusterHexagons(const std::vector<std::vector<double>>& columns,
                     const Clustering& clustering,
                     size_t group_min);

/// The rule that `assign` applies: nearest centroid. Segments are called cluster_1, ...
SegmentModel ClusterModel(const std::vector<std::string>& columns, const Clustering& clustering);

}  // namespace signet::pipelines
