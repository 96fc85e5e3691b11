#include "pipelines/math/class_tree.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Counts = std::vector<double>;

/// Rows times Gini impurity: n - sum(n_k^2) / n. Counts are integers, so order does not matter.
double ImpurityOf(const Counts& counts, double n) {
  if (n == 0) return 0;
  double squares = 0;
  for (const double count : counts) squares += count * count;
  return n - squares / n;
}

struct Split {
  double gain = 0;
  uint32_t column = 0;
  double threshold = 0;
};

/// Grows the tree best split first.
class Growth {
 public:
  Growth(const PointSet& points, std::span<const uint32_t> labels, const ClassTreeOptions& options)
      : points_(points), labels_(labels), options_(options) {
    classes_ = 1 + *std::max_element(labels.begin(), labels.end());
    rows_min_ = std::max<size_t>(
        1, static_cast<size_t>(options.leaf_share_min * static_cast<double>(points.rows())));
  }

  std::vector<ClassTreeNode> Run() {
    std::vector<uint32_t> all(points_.rows());
    std::iota(all.begin(), all.end(), 0U);
    AddNode(std::move(all), 0);
    size_t leaves = 1;
    while (leaves < options_.leaves_max) {
      size_t best = open_.size();
      for (size_t i = 0; i < open_.size(); ++i) {
        if (open_[i].split.gain <= 0) continue;
        if (best == open_.size() || open_[i].split.gain > open_[best].split.gain) best = i;
      }
      if (best == open_.size()) break;
      Divide(best);
      ++leaves;
    }
    return std::move(nodes_);
  }

 private:
  struct Open {
    uint32_t node = 0;
    int depth = 0;
    std::vector<uint32_t> rows;
    Split split;
  };

  void AddNode(std::vector<uint32_t> rows, int depth) {
    Counts counts(classes_, 0);
    for (const uint32_t row : rows) ++counts[labels_[row]];
    ClassTreeNode node;
    node.rows = rows.size();
    for (uint32_t label = 0; label < counts.size(); ++label) {
      if (static_cast<size_t>(counts[label]) <= node.hits) continue;
      node.label = label;
      node.hits = static_cast<size_t>(counts[label]);
    }
    Open open{static_cast<uint32_t>(nodes_.size()), depth, std::move(rows), {}};
    if (depth < options_.depth_max && node.hits < node.rows) open.split = BestSplit(open, counts);
    nodes_.push_back(node);
    open_.push_back(std::move(open));
  }

  [[nodiscard]] Split BestSplit(const Open& open, const Counts& counts) const {
    Split best;
    std::vector<std::pair<double, uint32_t>> sorted(open.rows.size());
    for (uint32_t c = 0; c < points_.columns; ++c) {
      for (size_t i = 0; i < sorted.size(); ++i) {
        sorted[i] = {points_.Row(open.rows[i])[c], labels_[open.rows[i]]};
      }
      std::sort(sorted.begin(), sorted.end());
      TryColumn(c, sorted, counts, best);
    }
    return best;
  }

  void TryColumn(uint32_t column,
                 const std::vector<std::pair<double, uint32_t>>& sorted,
                 const Counts& counts,
                 Split& best) const {
    const auto n = static_cast<double>(sorted.size());
    const double before = ImpurityOf(counts, n);
    Counts left(classes_, 0);
    Counts right = counts;
    for (size_t i = 0; i + 1 < sorted.size(); ++i) {
      ++left[sorted[i].second];
      --right[sorted[i].second];
      const size_t below = i + 1;
      if (sorted[i].first == sorted[i + 1].first) continue;
      if (below < rows_min_ || sorted.size() - below < rows_min_) continue;
      const auto in_left = static_cast<double>(below);
      const double gain = before - ImpurityOf(left, in_left) - ImpurityOf(right, n - in_left);
      if (gain > best.gain * (1 + 1e-12) + 1e-12) {
        best = {gain, column, Between(sorted[i].first, sorted[i + 1].first)};
      }
    }
  }

  /// The middle, unless rounding makes it the upper value.
  static double Between(double low, double high) {
    const double middle = low / 2 + high / 2;
    return middle < high ? middle : low;
  }

  void Divide(size_t at) {
    Open open = std::move(open_[at]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
    std::vector<uint32_t> left;
    std::vector<uint32_t> right;
    for (const uint32_t row : open.rows) {
      const bool below = points_.Row(row)[open.split.column] <= open.split.threshold;
      (below ? left : right).push_back(row);
    }
    nodes_[open.node].column = open.split.column;
    nodes_[open.node].threshold = open.split.threshold;
    nodes_[open.node].left = static_cast<uint32_t>(nodes_.size());
    AddNode(std::move(left), open.depth + 1);
    nodes_[open.node].right = static_cast<uint32_t>(nodes_.size());
    AddNode(std::move(right), open.depth + 1);
  }

  const PointSet& points_;
  std::span<const uint32_t> labels_;
  const ClassTreeOptions& options_;
  size_t classes_ = 0;
  size_t rows_min_ = 1;
  std::vector<ClassTreeNode> nodes_;
  std::vector<Open> open_;
};

}  // namespace

Result<ClassTree> ClassTree::Learn(const PointSet& points,
                                   std::span<const uint32_t> labels,
                                   const ClassTreeOptions& options) {
  CHECK(points.rows() == labels.size());
  if (labels.empty()) return Invalid("there is no row to describe");
  ClassTree tree;
  tree.nodes_ = Growth(points, labels, options).Run();
  return tree;
}

uint32_t ClassTree::Predict(const double* row) const {
  const ClassTreeNode* node = &nodes_.front();
  while (node->left != 0) {
    node = &nodes_[row[node->column] <= node->threshold ? node->left : node->right];
  }
  return node->label;
}

double ClassTree::Fidelity(const PointSet& points, std::span<const uint32_t> labels) const {
  size_t hits = 0;
  for (size_t i = 0; i < labels.size(); ++i) hits += Predict(points.Row(i)) == labels[i] ? 1U : 0U;
  return labels.empty() ? 0 : static_cast<double>(hits) / static_cast<double>(labels.size());
}

std::vector<ColumnRange> ClassTree::PathTo(uint32_t leaf) const {
  std::vector<ColumnRange> ranges;
  uint32_t below = leaf;
  // Children come after their parents, so walking down the list meets each ancestor once.
  for (uint32_t i = leaf; i-- > 0;) {
    const ClassTreeNode& node = nodes_[i];
    if (node.left == 0 || (node.left != below && node.right != below)) continue;
    auto range = std::find_if(ranges.begin(), ranges.end(), [&](const ColumnRange& r) {
      return r.column == node.column;
    });
    if (range == ranges.end()) {
      ranges.push_back({node.column, -kInfinity, kInfinity});
      range = ranges.end() - 1;
    }
    if (node.left == below) {
      range->high = std::min(range->high, node.threshold);
    } else {
      range->low = std::max(range->low, node.threshold);
    }
    below = i;
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

}  // namespace signet::pipelines
