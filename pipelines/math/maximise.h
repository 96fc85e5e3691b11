/// Finds the maximum of a smooth function of a few parameters, and how sharp it is.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace signet::pipelines {

/// The value at `point`; writes the derivatives to `gradient` (as long as `point`).
using Objective = std::function<double(std::span<const double> point, std::span<double> gradient)>;

struct MaximiseOptions {
  double bound = 12;         ///< each coordinate stays within -bound .. bound
  double tolerance = 1e-10;  ///< of the largest free derivative
  int steps_max = 500;
};

struct Maximum {
  std::vector<double> point;
  double value = 0;
  bool converged = false;
};

/// Projected BFGS uphill with Armijo backtracking from `start`. Deterministic. `inverse` is a guess
/// at the inverse of the negative second derivatives at the maximum (as InverseOf gives it, such as
/// of a coarser sample): with a good one the steps are Newton's from the first. Empty: none.
/// Source: Nocedal and Wright, Numerical Optimization, 6.1 and 16.7.
Maximum Maximise(const Objective& objective,
                 std::vector<double> start,
                 const MaximiseOptions& options,
                 std::span<const double> inverse = {});

/// Up to three Newton steps from `maximum` while a derivative exceeds the tolerance, each kept only
/// if the gradient shrinks: the last digits that a line search cannot see.
Maximum Polish(const Objective& objective, const Maximum& maximum, const MaximiseOptions& options);

/// The negative second derivatives at `point` (row-major, symmetric), by central differences of the
/// gradient: the observed information if the objective is a log-likelihood.
std::vector<double> ObservedInformation(const Objective& objective, std::span<const double> point);

/// The inverse of a symmetric `size` x `size` matrix; empty unless it is positive definite and
/// better conditioned than 1e12.
std::vector<double> InverseOf(std::span<const double> matrix, size_t size);

}  // namespace signet::pipelines
