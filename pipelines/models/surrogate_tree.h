/// A model told as one small tree, so that a person can read what it does overall (Art. 22).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/models/bin_codes.h"

namespace signet::pipelines {

struct SurrogateOptions {
  int max_depth = 3;
  size_t leaf_rows_min = 20;  ///< a rule speaks of no fewer people
};

/// How a column is named in rules.
struct SurrogateColumn {
  std::string name;
  std::vector<std::string> values;  ///< categories by number; empty: numbers
};

/// A regression tree on the model's own scores (least squares on bin codes).
class SurrogateTree {
 public:
  /// codes.rows() == scores.size() > 0. Deterministic; independent of row order up to rounding.
  static SurrogateTree Grow(const CodeMatrix& codes,
                            std::span<const double> scores,
                            const SurrogateOptions& options);

  /// The share of the scores' variance that the tree tells (R squared); 1 for constant scores.
  [[nodiscard]] double fidelity() const { return fidelity_; }
  [[nodiscard]] std::vector<double> Predict(const CodeMatrix& codes) const;
  /// {"fidelity_r2", "rules": [{"when": ["tenure < 12", ...], "rows", "share", "mean_score"}]},
  /// highest score first.
  [[nodiscard]] Json ToJson(const CutList& cuts, const std::vector<SurrogateColumn>& columns) const;

 private:
  struct Node {
    int column = -1;           ///< -1: a leaf
    uint8_t code = 0;          ///< below goes left
    bool missing_left = true;  ///< which way missing values go
    bool missing = false;      ///< whether there are any
    size_t left = 0, right = 0;
    size_t rows = 0;
    double mean = 0;
  };
  struct Split;
  struct Rule {
    std::vector<std::string> when;
    size_t leaf = 0;
  };
  /// The best split of these rows, whose mean score is `mean`; column -1 for none.
  static Split BestSplit(const CodeMatrix& codes,
                         std::span<const double> scores,
                         const std::vector<size_t>& rows,
                         double mean,
                         size_t leaf_rows_min);
  void Divide(const CodeMatrix& codes,
              std::span<const double> scores,
              const SurrogateOptions& options,
              std::vector<size_t> rows,
              int depth,
              size_t node);

  /// Appends the rules of the leaves below `node`, which `when` leads to.
  void CollectRules(size_t node,
                    const std::vector<std::string>& when,
                    const CutList& cuts,
                    const std::vector<SurrogateColumn>& columns,
                    std::vector<Rule>& rules) const;

  std::vector<Node> nodes_;
  double fidelity_ = 1;
};

}  // namespace signet::pipelines
