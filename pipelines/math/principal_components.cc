#include "pipelines/math/principal_components.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include "crypto/base/check.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kColumnsMax = 512;

std::vector<double> MeansOf(const PointSet& points) {
  std::vector<ExactSum> sums(points.columns);
  for (size_t i = 0; i < points.cells.size(); ++i) sums[i % points.columns].Add(points.cells[i]);
  std::vector<double> means;
  means.reserve(sums.size());
  for (const ExactSum& sum : sums) {
    means.push_back(sum.Value() / static_cast<double>(points.rows()));
  }
  return means;
}

/// Covariance about `mean`, one pair of columns at a time.
Eigen::MatrixXd CovarianceOf(const PointSet& points, const std::vector<double>& mean) {
  const size_t d = points.columns;
  const size_t n = points.rows();
  Eigen::MatrixXd covariance(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
  for (size_t a = 0; a < d; ++a) {
    for (size_t b = a; b < d; ++b) {
      ExactSum sum;
      for (size_t i = 0; i < n; ++i) {
        const double* row = points.Row(i);
        sum.Add((row[a] - mean[a]) * (row[b] - mean[b]));
      }
      const double value = sum.Value() / static_cast<double>(n - 1);
      covariance(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b)) = value;
      covariance(static_cast<Eigen::Index>(b), static_cast<Eigen::Index>(a)) = value;
    }
  }
  return covariance;
}

}  // namespace

Result<PrincipalComponents> FitPrincipalComponents(const PointSet& points) {
  const size_t d = points.columns;
  if (points.rows() < 2) return Invalid("principal components need at least two rows");
  if (d > kColumnsMax) return Invalid("principal components of more than 512 columns");
  PrincipalComponents pca;
  pca.mean = MeansOf(points);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(CovarianceOf(points, pca.mean));
  if (solver.info() != Eigen::Success) return Invalid("the covariance has no finite eigenvalues");
  pca.loadings.columns = d;
  double total = 0;
  for (size_t j = 0; j < d; ++j) {
    const auto column = static_cast<Eigen::Index>(d - 1 - j);  // the solver's order ascends
    pca.variance.push_back(std::max(0.0, solver.eigenvalues()(column)));
    total += pca.variance.back();
    Eigen::VectorXd loading = solver.eigenvectors().col(column);
    Eigen::Index largest = 0;
    for (Eigen::Index c = 1; c < loading.size(); ++c) {
      if (std::fabs(loading(c)) > std::fabs(loading(largest)) * (1 + 1e-12)) largest = c;
    }
    if (loading(largest) < 0) loading = -loading;
    pca.loadings.cells.insert(
        pca.loadings.cells.end(), loading.data(), loading.data() + loading.size());
  }
  if (!(total > 0)) return Invalid("the columns do not vary");
  for (const double variance : pca.variance) pca.variance_ratio.push_back(variance / total);
  return pca;
}

PointSet PrincipalComponents::Project(const PointSet& points, size_t count) const {
  CHECK(points.columns == loadings.columns && count <= loadings.rows());
  PointSet scores;
  scores.columns = count;
  scores.cells.resize(points.rows() * count);
  for (size_t i = 0; i < points.rows(); ++i) {
    for (size_t j = 0; j < count; ++j) {
      double score = 0;
      for (size_t c = 0; c < points.columns; ++c) {
        score += (points.Row(i)[c] - mean[c]) * loadings.Row(j)[c];
      }
      scores.cells[i * count + j] = score;
    }
  }
  return scores;
}

}  // namespace signet::pipelines
