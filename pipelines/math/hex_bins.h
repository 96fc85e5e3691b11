/// HexBins: points of the plane counted by hexagons, none of which tells of few people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct HexBin {
  double x = 0;  ///< centre
  double y = 0;
  size_t count = 0;  ///< at least the minimum group
  int label = -1;    ///< the most frequent label, if it has at least the minimum group; else -1
  size_t of_label = 0;
};

/// A picture of aggregates. Points in hexagons below the minimum group are hidden; how many is
/// told only as a share, in whole percent.
struct HexBins {
  double radius = 0;  ///< centre to corner
  std::vector<HexBin> bins;
  double hidden_share = 0;
};

/// Counts `points` (two columns) in hexagons: at most 40 across, wider until nine tenths of the
/// points are shown or 6 are left across. `labels` may be empty. `group_min` >= 1.
HexBins HexBinsOf(const PointSet& points, std::span<const uint32_t> labels, size_t group_min);

}  // namespace signet::pipelines
