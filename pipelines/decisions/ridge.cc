#include "pipelines/decisions/ridge.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using Grid = std::vector<std::vector<double>>;

/// Solves the positive definite system in place by Cholesky's factors.
std::vector<double> Solve(Grid matrix, std::vector<double> right) {
  const size_t n = right.size();
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < j; ++k) matrix[j][j] -= matrix[j][k] * matrix[j][k];
    matrix[j][j] = std::sqrt(std::max(matrix[j][j], 1e-300));
    for (size_t i = j + 1; i < n; ++i) {
      for (size_t k = 0; k < j; ++k) matrix[i][j] -= matrix[i][k] * matrix[j][k];
      matrix[i][j] /= matrix[j][j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) right[i] -= matrix[k][i] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

/// The column's centred, scaled value; 0 where missing.
double Cell(double value, double mean, double scale) {
  return std::isnan(value) ? 0 : (value - mean) / scale;
}

/// What a column is centred on and divided by.
struct ColumnScale {
  double mean = 0;       ///< of the present values; 0 without any
  double deviation = 1;  ///< of all rows; 1 where it is 0
};

ColumnScale ScaleOf(const std::vector<double>& column, std::span<const size_t> rows) {
  double sum = 0;
  double present = 0;
  for (const size_t row : rows) {
    if (std::isnan(column[row])) continue;
    sum += column[row];
    ++present;
  }
  ColumnScale scale;
  if (present > 0) scale.mean = sum / present;
  double square = 0;
  for (const size_t row : rows) {
    const double gap = Cell(column[row], scale.mean, 1);
    square += gap * gap;
  }
  if (square > 0) scale.deviation = std::sqrt(square / static_cast<double>(rows.size()));
  return scale;
}

}  // namespace

RidgeModel RidgeModel::Fit(const std::vector<std::vector<double>>& columns,
                           std::span<const double> values,
                           std::span<const size_t> rows,
                           double ridge) {
  CHECK(!rows.empty() && ridge > 0);
  const size_t m = columns.size();
  const auto n = static_cast<double>(rows.size());
  RidgeModel model;
  for (const size_t row : rows) model.level_ += values[row] / n;
  std::vector<double> scale(m);
  model.mean_.resize(m);
  for (size_t j = 0; j < m; ++j) {
    const ColumnScale own = ScaleOf(columns[j], rows);
    model.mean_[j] = own.mean;
    scale[j] = own.deviation;
  }
  Grid gram(m, std::vector<double>(m, 0));
  std::vector<double> right(m, 0);
  std::vector<double> cells(m);
  for (const size_t row : rows) {
    for (size_t j = 0; j < m; ++j) cells[j] = Cell(columns[j][row], model.mean_[j], scale[j]);
    for (size_t j = 0; j < m; ++j) {
      if (cells[j] == 0) continue;
      for (size_t k = 0; k <= j; ++k) gram[j][k] += cells[j] * cells[k];
      right[j] += cells[j] * (values[row] - model.level_);
    }
  }
  for (size_t j = 0; j < m; ++j) gram[j][j] += ridge;
  model.slope_ = Solve(std::move(gram), std::move(right));
  for (size_t j = 0; j < m; ++j) model.slope_[j] /= scale[j];
  return model;
}

double RidgeModel::Predict(const std::vector<std::vector<double>>& columns, size_t row) const {
  double value = level_;
  for (size_t j = 0; j < columns.size(); ++j) {
    value += slope_[j] * Cell(columns[j][row], mean_[j], 1);
  }
  return value;
}

}  // namespace signet::pipelines
