#include "pipelines/models/leaf_population.h"

#include <algorithm>

namespace signet::pipelines {
namespace {

size_t ChildOf(const Tree& tree, size_t node, uint8_t code) {
  const bool left = code == CodeMatrix::kMissing ? tree.default_left[node] != 0
                                                 : static_cast<float>(code) < tree.threshold[node];
  return static_cast<size_t>(left ? tree.left[node] : tree.right[node]);
}

/// How many of the first rows pass each node.
std::vector<int64_t> Passing(const Tree& tree, const CodeMatrix& rows) {
  std::vector<int64_t> passing(tree.left.size(), 0);
  const size_t count = std::min(rows.rows(), kPopulationRowsMax);
  for (size_t row = 0; row < count; ++row) {
    const uint8_t* codes = rows.codes.data() + row * rows.columns;
    size_t node = 0;
    ++passing[node];
    while (tree.left[node] >= 0) {
      node = ChildOf(tree, node, codes[static_cast<size_t>(tree.feature[node])]);
      ++passing[node];
    }
  }
  return passing;
}

/// The mean of the leaves below, under the training cover.
double MeanBelow(const Tree& tree, size_t node) {
  if (tree.left[node] < 0) return static_cast<double>(tree.threshold[node]);
  const auto left = static_cast<size_t>(tree.left[node]);
  const auto right = static_cast<size_t>(tree.right[node]);
  const auto cover_left = static_cast<double>(tree.cover[left]);
  const auto cover_right = static_cast<double>(tree.cover[right]);
  const double cover = cover_left + cover_right;
  if (cover <= 0) return (MeanBelow(tree, left) + MeanBelow(tree, right)) / 2;
  return (cover_left * MeanBelow(tree, left) + cover_right * MeanBelow(tree, right)) / cover;
}

void EndTreeAt(const std::vector<int32_t>& ends, Tree& tree) {
  for (const int32_t end : ends) {
    const auto node = static_cast<size_t>(end);
    if (end < 0 || node >= tree.left.size() || tree.left[node] < 0) continue;
    tree.threshold[node] = static_cast<float>(MeanBelow(tree, node));
    tree.left[node] = -1;
    tree.right[node] = -1;
  }
}

}  // namespace

EndNodes NodesOfFew(const std::vector<Tree>& trees, const CodeMatrix& rows, int64_t people_min) {
  EndNodes ends;
  ends.reserve(trees.size());
  for (const Tree& tree : trees) {
    const std::vector<int64_t> passing = Passing(tree, rows);
    std::vector<int32_t> few;
    for (size_t node = 0; node < tree.left.size(); ++node) {
      if (tree.left[node] < 0) continue;
      const int64_t smaller = std::min(passing[static_cast<size_t>(tree.left[node])],
                                       passing[static_cast<size_t>(tree.right[node])]);
      if (smaller < people_min) few.push_back(static_cast<int32_t>(node));
    }
    ends.push_back(std::move(few));
  }
  return ends;
}

void EndAt(const EndNodes& ends, std::vector<Tree>& trees) {
  for (size_t t = 0; t < std::min(ends.size(), trees.size()); ++t) EndTreeAt(ends[t], trees[t]);
}

int64_t SmallestLeaf(const std::vector<Tree>& trees, const CodeMatrix& rows) {
  int64_t smallest = 0;
  bool any = false;
  for (const Tree& tree : trees) {
    const std::vector<int64_t> passing = Passing(tree, rows);
    std::vector<size_t> open = {0};
    while (!open.empty()) {
      const size_t node = open.back();
      open.pop_back();
      if (tree.left[node] >= 0) {
        open.push_back(static_cast<size_t>(tree.left[node]));
        open.push_back(static_cast<size_t>(tree.right[node]));
        continue;
      }
      smallest = any ? std::min(smallest, passing[node]) : passing[node];
      any = true;
    }
  }
  return smallest;
}

}  // namespace signet::pipelines
