/// The Bayesian reading of a comparison: chance to win and expected loss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/experiments/read_out.h"

namespace signet::pipelines {

/// What the posterior says about a treatment against the control.
struct Posterior {
  double chance_to_win = 0;  ///< P(treatment is better)
  double expected_loss = 0;  ///< mean of what shipping it loses where it is worse, metric's unit
  Estimate difference;       ///< posterior median and equal-tailed credible interval
};

/// A share's posterior: Beta(a, b).
struct BetaShare {
  double a = 1, b = 1;
  /// From a 0/1 metric, with the uniform prior Beta(1, 1).
  static BetaShare Of(const Moments& moments);
};

/// By quadrature over the two beta densities (error below 1e-7 of the interval's width).
Posterior CompareBetas(const BetaShare& treatment,
                       const BetaShare& control,
                       double confidence,
                       bool decrease_is_better);

/// A normal likelihood with a flat prior, or N(0, prior_sd^2) on the difference where prior_sd > 0.
/// The closed forms: P = Phi(m / s), loss = s phi(m / s) - m Phi(-m / s).
Posterior CompareNormals(double difference,
                         double standard_error,
                         double prior_sd,
                         double confidence,
                         bool decrease_is_better);

/// For each arm the chance to be the best of all, by quadrature over the arms' posteriors, taken as
/// normal with these means and standard errors. Sums to 1 (scaled).
std::vector<double> ChancesToBeBest(std::span<const double> means,
                                    std::span<const double> errors,
                                    bool decrease_is_better);

}  // namespace signet::pipelines
