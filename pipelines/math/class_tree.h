/// ClassTree: a small classification tree, to say in words what a clustering separates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct ClassTreeOptions {
  int depth_max = 4;
  size_t leaves_max = 16;
  double leaf_share_min = 0.01;  ///< of all rows
};

/// A node: a question (left if value <= threshold) or, where left is 0, a leaf.
struct ClassTreeNode {
  uint32_t column = 0;
  double threshold = 0;
  uint32_t left = 0;
  uint32_t right = 0;
  uint32_t label = 0;  ///< the most frequent class below
  size_t rows = 0;
  size_t hits = 0;  ///< rows of that class
};

/// Bounds on one column along a path: low < value <= high.
struct ColumnRange {
  uint32_t column = 0;
  double low = 0;
  double high = 0;
};

class ClassTree {
 public:
  /// CART: best split by Gini impurity over midpoints between neighbouring values; among equal
  /// splits the first column and the lowest threshold. Independent of row order.
  /// Source: Breiman et al., Classification and Regression Trees (1984). kInvalid for no rows.
  static Result<ClassTree> Learn(const PointSet& points,
                                 std::span<const uint32_t> labels,
                                 const ClassTreeOptions& options);

  [[nodiscard]] const std::vector<ClassTreeNode>& nodes() const { return nodes_; }
  [[nodiscard]] uint32_t Predict(const double* row) const;
  /// The share of rows that the tree puts into their own class.
  [[nodiscard]] double Fidelity(const PointSet& points, std::span<const uint32_t> labels) const;
  /// The conditions that lead to node `leaf`, one range a column; infinite where open.
  [[nodiscard]] std::vector<ColumnRange> PathTo(uint32_t leaf) const;

 private:
  std::vector<ClassTreeNode> nodes_;
};

}  // namespace signet::pipelines
