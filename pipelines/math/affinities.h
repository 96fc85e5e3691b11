/// Affinities: which rows are neighbours of which, and how strongly, for t-SNE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {

/// A sparse symmetric matrix, row after row, columns rising; the entries sum to 1.
struct Affinities {
  std::vector<uint32_t> start;  ///< rows + 1: where each row's entries begin
  std::vector<uint32_t> column;
  std::vector<double> value;
};

/// Nearest rows of each row, by rising distance; ties go to the lower row number.
struct Neighbours {
  size_t count = 0;  ///< for each row
  std::vector<uint32_t> rows;
  std::vector<double> squared;
};

/// Exact, by all distances. 0 < count < points.rows().
Neighbours NearestRows(const PointSet& points, size_t count, int threads);

/// Conditional Gaussian probabilities of each row's 3 * perplexity + 1 nearest rows, with widths
/// such that each row's entropy is log(perplexity), made symmetric.
/// Source: van der Maaten, Accelerating t-SNE using tree-based algorithms (JMLR 2014), section 3.
Affinities AffinitiesOf(const PointSet& points, double perplexity, int threads);

}  // namespace signet::pipelines
