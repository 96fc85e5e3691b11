/// Small data sets for clustering: one whose figures are known from scikit-learn and scipy.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// 40 rows; the references in the tests were computed over the same formula with scikit-learn 1.9.1
/// and scipy 1.17.1.
inline PointSet ReferencePoints() {
  PointSet points;
  points.columns = 3;
  for (int i = 0; i < 40; ++i) {
    points.cells.push_back(std::sin(i * 1.7) * 3 + (i % 3) * 8);
    points.cells.push_back(std::cos(i * 0.9) * 2 + (i % 3) * 5);
    points.cells.push_back((i * 7 % 11) / 2.0);
  }
  return points;
}

inline std::vector<uint32_t> ReferenceLabels() {
  std::vector<uint32_t> labels;
  labels.reserve(40);
  for (uint32_t i = 0; i < 40; ++i) labels.push_back(i % 3);
  return labels;
}

/// `clusters` round heaps of `each` rows, far apart.
inline PointSet Heaps(size_t clusters, size_t each, size_t columns, uint64_t seed) {
  SplitMix random(seed);
  PointSet points;
  points.columns = columns;
  for (size_t i = 0; i < clusters * each; ++i) {
    for (size_t c = 0; c < columns; ++c) {
      const size_t turn = 1 + (i % clusters) / columns;
      const double centre = (i % clusters) % columns == c ? 20.0 * static_cast<double>(turn) : 0;
      double noise = -6;
      for (int term = 0; term < 12; ++term) noise += random.Uniform();
      points.cells.push_back(centre + noise);
    }
  }
  return points;
}

inline PointSet Reversed(const PointSet& points) {
  std::vector<uint32_t> order;
  for (size_t i = points.rows(); i-- > 0;) order.push_back(static_cast<uint32_t>(i));
  return points.Taken(order);
}

}  // namespace signet::pipelines
