/// Ridge regression: the reward model of off-policy evaluation.
#pragma once

#include <span>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// Least squares with a ridge penalty on standardised columns; a missing cell (NaN) counts as its
/// column's mean. Deterministic for a given row order.
class RidgeModel {
 public:
  /// `columns[j][i]` is column j of row i. `ridge` > 0 per standardised unit. Without columns it is
  /// the mean.
  static RidgeModel Fit(const std::vector<std::vector<double>>& columns,
                        std::span<const double> values,
                        std::span<const size_t> rows,
                        double ridge);
  [[nodiscard]] double Predict(const std::vector<std::vector<double>>& columns, size_t row) const;

 private:
  std::vector<double> mean_, slope_;
  double level_ = 0;
};

}  // namespace signet::pipelines
