/// Customers and items as points in one space: matrix factorisation of what people took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/math/interaction_matrix.h"

namespace signet::pipelines {

struct ImplicitFactorsOptions {
  size_t factors = 64;
  double regularisation = 0.1;
  double alpha = 10;  ///< confidence in a cell is 1 + alpha ln(1 + count)
  int iterations = 15;
  uint64_t seed = 1;
  int threads = 1;
};

/// Alternating least squares for implicit feedback; each row is improved by three steps of
/// conjugate gradients an iteration. Deterministic by seed, independent of threads. Memory: 4 bytes
/// a factor of each customer and item.
/// Sources: Hu, Koren and Volinsky, ICDM 2008; Takacs, Pilaszy and Tikk, RecSys 2011.
class ImplicitFactors {
 public:
  static ImplicitFactors Fit(const InteractionMatrix& matrix,
                             const ImplicitFactorsOptions& options);

  [[nodiscard]] size_t items() const { return items_.size() / factors_; }
  /// Writes each item's predicted preference for the customer (around 0 to 1).
  void Score(size_t customer, std::span<float> scores) const;

 private:
  size_t factors_ = 0;
  std::vector<float> customers_, items_;  ///< row-major
};

}  // namespace signet::pipelines
