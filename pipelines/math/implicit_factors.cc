#include "pipelines/math/implicit_factors.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::VectorXf;
using Points = Eigen::Map<RowMatrix>;
using ConstPoints = Eigen::Map<const RowMatrix>;

constexpr int kGradientSteps = 3;

/// Small numbers that depend on seed and position alone (SplitMix64).
std::vector<float> Scattered(size_t count, size_t factors, uint64_t seed) {
  std::vector<float> values(count * factors);
  const float scale = 0.1F / std::sqrt(static_cast<float>(factors));
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    values[i] = scale * (static_cast<float>(z >> 40) * 0x1.0p-23F - 1);
  }
  return values;
}

Eigen::Index Index(size_t value) {
  return static_cast<Eigen::Index>(value);
}

/// Improves one row x towards the solution of (F'F + reg I + F'(C - I)F) x = F'C p, F fixed.
void Improve(std::span<const Interaction> row,
             const ConstPoints& fixed,
             const RowMatrix& gram,
             double alpha,
             Eigen::Ref<VectorXf> x) {
  const auto factor = [&](const Interaction& cell) { return fixed.row(Index(cell.item)); };
  const auto extra = [&](const Interaction& cell) {
    return static_cast<float>(alpha) * InteractionMatrix::Weight(cell.count);
  };
  VectorXf residual = -(gram * x);
  for (const Interaction& cell : row) {
    const float c = extra(cell);
    residual += (1 + c - c * factor(cell).dot(x)) * factor(cell).transpose();
  }
  VectorXf direction = residual;
  VectorXf image(x.size());
  float norm = residual.squaredNorm();
  for (int step = 0; step < kGradientSteps && norm > 1e-12F; ++step) {
    image.noalias() = gram * direction;
    for (const Interaction& cell : row) {
      image += (extra(cell) * factor(cell).dot(direction)) * factor(cell).transpose();
    }
    const float length = norm / direction.dot(image);
    x += length * direction;
    residual -= length * image;
    const float next = residual.squaredNorm();
    direction = residual + (next / norm) * direction;
    norm = next;
  }
}

/// One half of an iteration: every row of `moving`, `fixed` fixed.
void ImproveAll(const InteractionMatrix& matrix,
                const std::vector<float>& fixed,
                const ImplicitFactorsOptions& options,
                std::vector<float>& moving) {
  const ConstPoints points(fixed.data(), Index(matrix.items()), Index(options.factors));
  RowMatrix gram = points.transpose() * points;
  gram.diagonal().array() += static_cast<float>(options.regularisation);
  Points rows(moving.data(), Index(matrix.customers()), Index(options.factors));
  ForEachBlock(matrix.customers(), options.threads, [&](size_t first, size_t last) {
    for (size_t r = first; r < last; ++r) {
      VectorXf x = rows.row(Index(r)).transpose();
      if (matrix.Row(r).empty()) {
        x.setZero();
      } else {
        Improve(matrix.Row(r), points, gram, options.alpha, x);
      }
      rows.row(Index(r)) = x.transpose();
    }
  });
}

}  // namespace

ImplicitFactors ImplicitFactors::Fit(const InteractionMatrix& matrix,
                                     const ImplicitFactorsOptions& options) {
  CHECK(options.factors > 0 && options.regularisation > 0);
  ImplicitFactors model;
  model.factors_ = options.factors;
  model.customers_ = Scattered(matrix.customers(), options.factors, options.seed);
  model.items_ = Scattered(matrix.items(), options.factors, ~options.seed);
  const InteractionMatrix by_item = matrix.Transposed();
  for (int i = 0; i < options.iterations; ++i) {
    ImproveAll(matrix, model.items_, options, model.customers_);
    ImproveAll(by_item, model.customers_, options, model.items_);
  }
  return model;
}

void ImplicitFactors::Score(size_t customer, std::span<float> scores) const {
  CHECK(scores.size() == items());
  const ConstPoints points(items_.data(), Index(items()), Index(factors_));
  const Eigen::Map<const VectorXf> x(customers_.data() + customer * factors_, Index(factors_));
  Eigen::Map<VectorXf>(scores.data(), Index(scores.size())).noalias() = points * x;
}

}  // namespace signet::pipelines
