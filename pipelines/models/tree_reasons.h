/// Why a score is what it is: exact Shapley values of boosted trees, fast enough for every row.
///
/// Path-dependent TreeSHAP (Lundberg et al., Nature Machine Intelligence 2, 2020). For each leaf
/// the features on its path have an interval that leads there and a share of training rows that
/// passed. Which intervals a row meets is a bit mask; the leaf's contribution for a mask does not
/// depend on the row otherwise, so it is computed once and kept (after Yang, "Fast TreeSHAP",
/// 2021).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/models/booster.h"

namespace signet::pipelines {

class TreeReasons {
 public:
  /// Paths with more than 16 different features are beyond it: CHECKed (options allow depth 12).
  /// Tables are kept for paths of up to 8 features; longer ones are computed for each row.
  TreeReasons(const std::vector<Tree>& trees, size_t columns);

  /// Contributions of each column to each row's margin, n x columns. With `bias()` they add up to
  /// the margin less the model's base margin. Not thread-safe: tables fill as masks occur.
  std::vector<double> Explain(std::span<const float> cells);
  /// The trees' mean margin under their training cover.
  [[nodiscard]] double bias() const { return bias_; }

 private:
  struct Condition {
    int32_t column = 0;
    float low = 0, high = 0;  ///< met when low <= value < high
    bool missing = true;      ///< met when missing
    double share = 1;         ///< of training rows that pass this path's splits on the column
  };
  struct Leaf {
    std::vector<Condition> path;
    double value = 0;
    std::vector<int32_t> table;  ///< by mask: offset into amounts_, or -1; empty: a long path
  };
  static constexpr size_t kBlockRows = 64;
  /// Rows that share one pass over the leaves.
  struct Block {
    std::vector<float> values;  ///< column after column, kBlockRows each
    std::array<uint32_t, kBlockRows> masks{};
    std::vector<double> sums;  ///< row after row
  };
  void ExplainBlock(Block& block);
  /// Sets block.masks: which conditions of the path each row meets, one bit per condition.
  static void MarkMet(const std::vector<Condition>& path, Block& block);
  void Walk(const Tree& tree, int32_t node, const std::vector<Condition>& path);
  const double* Amounts(Leaf& leaf, uint32_t mask);
  /// polynomial[s]: the sum over coalitions of s met conditions (without `own`) of the shares of
  /// those outside the coalition; conditions not met are always outside. Returns the largest s.
  static size_t CoalitionShares(const std::vector<Condition>& path,
                                size_t own,
                                uint32_t mask,
                                std::span<double> polynomial);
  /// Appends the leaf's contributions for a mask to `amounts`.
  static void Compute(const Leaf& leaf, uint32_t mask, std::vector<double>& amounts);

  size_t columns_;
  std::vector<Leaf> leaves_;
  std::vector<double> amounts_;
  std::vector<double> row_amounts_;  ///< of a long path, for one row
  double bias_ = 0;
};

}  // namespace signet::pipelines
