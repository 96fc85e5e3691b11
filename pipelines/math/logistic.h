/// Logistic regression: the baseline that a boosted model must beat.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// Rows of `columns` floats each, row after row; NaN = missing.
struct RowMatrix {
  std::span<const float> cells;
  size_t columns = 0;
  [[nodiscard]] size_t rows() const { return columns == 0 ? 0 : cells.size() / columns; }
};

/// Ridge-penalised logistic regression on standardised columns (missing = the mean, which is 0), by
/// iteratively reweighted least squares. Deterministic for a given row order.
class LogisticModel {
 public:
  /// kInvalid when a side is empty or the fit does not converge. `ridge` > 0 per standardised unit.
  static Result<LogisticModel> Fit(const RowMatrix& rows,
                                   std::span<const uint8_t> labels,
                                   double ridge);
  /// One probability per row.
  [[nodiscard]] std::vector<double> Predict(const RowMatrix& rows) const;

 private:
  std::vector<double> mean_, scale_, weights_;  // the last weight is the intercept
};

}  // namespace signet::pipelines
