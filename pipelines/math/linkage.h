/// Hierarchical clustering (Ward, average) by the nearest-neighbour chain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

enum class LinkageMethod { kWard, kAverage };

/// Two clusters joined. Leaves are numbered 0..n-1 (rows), the cluster made by merge i is n + i.
struct Merge {
  uint32_t a = 0;  ///< a < b
  uint32_t b = 0;
  double height = 0;
  double size = 0;  ///< summed weight of the leaves below
};

/// n - 1 merges by rising height, as scipy.cluster.hierarchy.linkage writes them.
struct Linkage {
  std::vector<Merge> merges;
  size_t rows = 0;
  size_t tied = 0;  ///< merges of a height that another merge has: their order is arbitrary
};

inline constexpr size_t kWardRowsMax = 20'000;    ///< memory n * d, time n^2 * d
inline constexpr size_t kAverageRowsMax = 5'000;  ///< memory 8 * n^2 bytes

/// Joins rows (Euclidean distance) until one cluster is left. `weights`: how many each row stands
/// for; empty for one each. Rows are taken in canonical order, so ties do not depend on the order
/// of the rows given. kInvalid for no rows, kExhausted above the limits.
/// Height (Ward): sqrt(2 a b / (a + b)) * distance of the centroids, a and b the sizes. Average:
/// mean distance over all pairs. Source: Murtagh, A survey of recent advances in hierarchical
/// clustering algorithms (1983); Muellner, Modern hierarchical clustering (2011), section 2.
Result<Linkage> LinkageOf(const PointSet& points,
                          std::span<const double> weights,
                          LinkageMethod method);

/// The labels of the rows when the tree is cut into `clusters` (1..n) parts, numbered by size.
std::vector<uint32_t> CutTree(const Linkage& linkage,
                              std::span<const double> weights,
                              size_t clusters);

}  // namespace signet::pipelines
