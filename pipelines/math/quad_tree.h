/// QuadTree: points of the plane summed up by square cells, for forces between all pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signet::pipelines {

/// Rebuilt for each step of t-SNE. Cells lie in the order in which a walk visits them, so a walk
/// needs no stack: the next cell, or the first beyond the subtree.
class QuadTree {
 public:
  /// `points`: x and y of each. The tree keeps no reference.
  void Build(const std::vector<double>& points);

  struct Repulsion {
    double x = 0;
    double y = 0;
    double sum = 0;  ///< of 1 / (1 + distance^2) over all points, the point itself included (1)
  };
  /// Sums q^2 * (p - other) and q over all points, q = 1 / (1 + distance^2); a cell whose side is
  /// below `theta` times its distance counts as one point.
  /// Source: van der Maaten, Accelerating t-SNE using tree-based algorithms (JMLR 2014), section 4.
  [[nodiscard]] Repulsion From(double x, double y, double theta) const;

  /// The points in the order of the cells: neighbours lie close in memory.
  [[nodiscard]] const std::vector<uint32_t>& order() const { return order_; }

 private:
  struct Cell {
    double x = 0;  ///< centre of mass
    double y = 0;
    double mass = 0;
    double side_squared = 0;  ///< 0 for a leaf
    uint32_t beyond = 0;      ///< the first cell outside of this subtree
  };
  void Add(const std::vector<double>& points, size_t first, size_t last, int level);

  std::vector<Cell> cells_;
  std::vector<uint32_t> codes_;  ///< Morton codes in rising order
  std::vector<uint32_t> order_;
  double side_ = 0;
};

}  // namespace signet::pipelines
