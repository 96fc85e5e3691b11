#include "pipelines/models/tree_reasons.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kPathMax = 16;
constexpr size_t kTablePathMax = 8;

/// s! (d - s - 1)! / d!: the weight of a coalition of s among d players.
double CoalitionWeight(size_t s, size_t d) {
  double weight = 1.0 / static_cast<double>(d);
  for (size_t i = 1; i <= s; ++i) weight *= static_cast<double>(i) / static_cast<double>(d - i);
  return weight;
}

}  // namespace

TreeReasons::TreeReasons(const std::vector<Tree>& trees, size_t columns) : columns_(columns) {
  for (const Tree& tree : trees) Walk(tree, 0, {});
}

void TreeReasons::Walk(const Tree& tree, int32_t node, const std::vector<Condition>& path) {
  const auto n = static_cast<size_t>(node);
  if (tree.left[n] < 0) {
    CHECK(path.size() <= kPathMax);
    Leaf leaf{path, static_cast<double>(tree.threshold[n]), {}};
    if (path.size() <= kTablePathMax) leaf.table.assign(size_t{1} << path.size(), -1);
    double reach = leaf.value;
    for (const Condition& condition : path) reach *= condition.share;
    bias_ += reach;
    leaves_.push_back(std::move(leaf));
    return;
  }
  CHECK(static_cast<size_t>(tree.feature[n]) < columns_);
  for (const bool left : {true, false}) {
    std::vector<Condition> next = path;
    auto found = std::find_if(
        next.begin(), next.end(), [&](const Condition& c) { return c.column == tree.feature[n]; });
    if (found == next.end()) {
      constexpr float kEnd = std::numeric_limits<float>::infinity();
      found = next.insert(next.end(), Condition{tree.feature[n], -kEnd, kEnd, true, 1});
    }
    const int32_t child = left ? tree.left[n] : tree.right[n];
    if (left) {
      found->high = std::min(found->high, tree.threshold[n]);
    } else {
      found->low = std::max(found->low, tree.threshold[n]);
    }
    found->missing = found->missing && left == (tree.default_left[n] != 0);
    const double parent = static_cast<double>(tree.cover[n]);
    const double share = static_cast<double>(tree.cover[static_cast<size_t>(child)]);
    found->share *= parent > 0 ? share / parent : 0;
    Walk(tree, child, next);
  }
}

const double* TreeReasons::Amounts(Leaf& leaf, uint32_t mask) {
  if (leaf.table.empty()) {
    row_amounts_.clear();
    Compute(leaf, mask, row_amounts_);
    return row_amounts_.data();
  }
  int32_t& offset = leaf.table[mask];
  if (offset >= 0) return amounts_.data() + offset;
  offset = static_cast<int32_t>(amounts_.size());
  Compute(leaf, mask, amounts_);
  return amounts_.data() + offset;
}

size_t TreeReasons::CoalitionShares(const std::vector<Condition>& path,
                                    size_t own,
                                    uint32_t mask,
                                    std::span<double> polynomial) {
  size_t met = 0;
  for (size_t j = 0; j < path.size(); ++j) {
    if (j == own) continue;
    const bool is_met = (mask >> j & 1U) != 0;
    if (is_met) ++met;
    for (size_t s = met + 1; s-- > 0;) {
      polynomial[s] *= path[j].share;
      if (is_met && s > 0) polynomial[s] += polynomial[s - 1];
    }
  }
  return met;
}

void TreeReasons::Compute(const Leaf& leaf, uint32_t mask, std::vector<double>& amounts) {
  const size_t d = leaf.path.size();
  for (size_t i = 0; i < d; ++i) {
    std::array<double, kPathMax + 1> polynomial{1};
    const size_t met = CoalitionShares(leaf.path, i, mask, polynomial);
    double amount = 0;
    for (size_t s = 0; s <= met; ++s) amount += CoalitionWeight(s, d) * polynomial[s];
    const double own = (mask >> i & 1U) != 0 ? 1 : 0;
    amounts.push_back(leaf.value * (own - leaf.path[i].share) * amount);
  }
}

void TreeReasons::MarkMet(const std::vector<Condition>& path, Block& block) {
  block.masks.fill(0);
  uint32_t bit = 1;
  for (const Condition& c : path) {
    const float* x = block.values.data() + static_cast<size_t>(c.column) * kBlockRows;
    const uint32_t if_missing = c.missing ? bit : 0;
    for (size_t r = 0; r < kBlockRows; ++r) {  // no branches: the compiler vectorises it
      const uint32_t inside = (x[r] >= c.low ? bit : 0) & (x[r] < c.high ? bit : 0);
      const uint32_t missing = x[r] != x[r] ? if_missing : 0;
      block.masks[r] |= inside | missing;
    }
    bit <<= 1U;
  }
}

void TreeReasons::ExplainBlock(Block& block) {
  for (Leaf& leaf : leaves_) {
    MarkMet(leaf.path, block);
    for (size_t r = 0; r < kBlockRows; ++r) {
      const double* amounts = Amounts(leaf, block.masks[r]);
      double* out = block.sums.data() + r * columns_;
      for (size_t j = 0; j < leaf.path.size(); ++j) out[leaf.path[j].column] += amounts[j];
    }
  }
}

std::vector<double> TreeReasons::Explain(std::span<const float> cells) {
  CHECK(columns_ > 0 && cells.size() % columns_ == 0);
  const size_t rows = cells.size() / columns_;
  std::vector<double> contributions(cells.size(), 0);
  Block block;
  block.values.assign(columns_ * kBlockRows, 0);
  for (size_t first = 0; first < rows; first += kBlockRows) {
    const size_t count = std::min(kBlockRows, rows - first);
    for (size_t r = 0; r < kBlockRows; ++r) {
      // A short last block repeats its last row.
      const float* row = cells.data() + (first + std::min(r, count - 1)) * columns_;
      for (size_t c = 0; c < columns_; ++c) block.values[c * kBlockRows + r] = row[c];
    }
    block.sums.assign(kBlockRows * columns_, 0);
    ExplainBlock(block);
    std::copy_n(block.sums.begin(),
                static_cast<std::ptrdiff_t>(count * columns_),
                contributions.begin() + static_cast<std::ptrdiff_t>(first * columns_));
  }
  return contributions;
}

}  // namespace signet::pipelines
