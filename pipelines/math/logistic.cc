#include "pipelines/math/logistic.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::VectorXd;

constexpr int kStepsMax = 40;
constexpr double kReachMax =
    8;  // standardised values beyond are clipped: one outlier must not rule

double Sigmoid(double x) {
  return 1 / (1 + std::exp(-std::clamp(x, -40.0, 40.0)));
}

/// Mean and standard deviation of each column over the values present.
void Standardise(const RowMatrix& rows, std::vector<double>& mean, std::vector<double>& scale) {
  const size_t m = rows.columns;
  std::vector<double> count(m, 0);
  mean.assign(m, 0);
  scale.assign(m, 0);
  for (size_t i = 0; i < rows.cells.size(); ++i) {
    if (std::isnan(rows.cells[i])) continue;
    mean[i % m] += static_cast<double>(rows.cells[i]);
    ++count[i % m];
  }
  for (size_t j = 0; j < m; ++j) mean[j] = count[j] > 0 ? mean[j] / count[j] : 0;
  for (size_t i = 0; i < rows.cells.size(); ++i) {
    if (std::isnan(rows.cells[i])) continue;
    scale[i % m] += std::pow(static_cast<double>(rows.cells[i]) - mean[i % m], 2);
  }
  for (size_t j = 0; j < m; ++j) {
    const double deviation = count[j] > 1 ? std::sqrt(scale[j] / (count[j] - 1)) : 0;
    scale[j] = deviation > 1e-12 ? 1 / deviation : 0;  // a constant column weighs nothing
  }
}

Matrix Design(const RowMatrix& rows,
              const std::vector<double>& mean,
              const std::vector<double>& scale) {
  const size_t m = rows.columns;
  Matrix x(static_cast<Index>(rows.rows()), static_cast<Index>(m) + 1);
  for (size_t i = 0; i < rows.cells.size(); ++i) {
    const double cell = static_cast<double>(rows.cells[i]);
    const double z = std::isnan(cell) ? 0 : (cell - mean[i % m]) * scale[i % m];
    x(static_cast<Index>(i / m), static_cast<Index>(i % m)) = std::clamp(z, -kReachMax, kReachMax);
  }
  x.col(static_cast<Index>(m)).setOnes();
  return x;
}

}  // namespace

Result<LogisticModel> LogisticModel::Fit(const RowMatrix& rows,
                                         std::span<const uint8_t> labels,
                                         double ridge) {
  CHECK(rows.rows() == labels.size() && ridge > 0);
  if (rows.columns == 0 || labels.empty()) return Invalid("no rows or no columns");
  LogisticModel model;
  Standardise(rows, model.mean_, model.scale_);
  const Matrix x = Design(rows, model.mean_, model.scale_);
  VectorXd y(x.rows());
  for (Index i = 0; i < y.size(); ++i) y(i) = labels[static_cast<size_t>(i)];
  VectorXd penalty = VectorXd::Constant(x.cols(), ridge);
  penalty(x.cols() - 1) = 1e-9;
  VectorXd w = VectorXd::Zero(x.cols());
  for (int step = 0; step < kStepsMax; ++step) {
    const VectorXd p = (x * w).unaryExpr([](double v) { return Sigmoid(v); });
    const VectorXd weight = (p.array() * (1 - p.array())).max(1e-9).matrix();
    const VectorXd gradient = x.transpose() * (y - p) - penalty.cwiseProduct(w);
    Eigen::MatrixXd hessian = x.transpose() * weight.asDiagonal() * x;
    hessian.diagonal() += penalty;
    const VectorXd move = hessian.ldlt().solve(gradient);
    if (!move.allFinite()) return Invalid("the logistic regression does not converge");
    const double size = move.cwiseAbs().maxCoeff();
    w += move * (size > 4 ? 4 / size : 1);
    if (size < 1e-7) break;
  }
  model.weights_.assign(w.data(), w.data() + w.size());
  return model;
}

std::vector<double> LogisticModel::Predict(const RowMatrix& rows) const {
  CHECK(rows.columns == mean_.size());
  const Matrix x = Design(rows, mean_, scale_);
  const Eigen::Map<const VectorXd> w(weights_.data(), static_cast<Index>(weights_.size()));
  const VectorXd score = x * w;
  std::vector<double> p(rows.rows());
  for (size_t i = 0; i < p.size(); ++i) p[i] = Sigmoid(score(static_cast<Index>(i)));
  return p;
}

}  // namespace signet::pipelines
