/// A contextual bandit on linear rewards whose choices carry their exact propensities.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

enum class BanditPolicy {
  kLinUcb,    ///< the highest mean + alpha * sd (Li, Chu, Langford and Schapire, WWW 2010)
  kThompson,  ///< each arm with its posterior chance to be best (Agrawal and Goyal, ICML 2013)
};

struct BanditOptions {
  BanditPolicy policy = BanditPolicy::kThompson;
  double ridge = 1;           ///< prior precision of the weights
  double alpha = 1;           ///< LinUCB's width, Thompson's noise standard deviation
  double exploration = 0.05;  ///< share spread evenly over the arms: no propensity falls below
                              ///< exploration / arms, so that every log can judge every policy
};

/// What was decided; both go into the log, the propensity as it was when the choice was made.
struct BanditChoice {
  size_t arm = 0;
  double propensity = 1;
};

/// One linear model per arm, disjoint. Its state is sums, so partitions merge; updates in any order
/// give the same state up to rounding.
class LinearBandit {
 public:
  LinearBandit(size_t arms, size_t features, const BanditOptions& options);

  /// A rewarded decision (a redemption that came back, or its window closed without one).
  /// kInvalid for an unknown arm or a value that is not finite.
  Status Learn(size_t arm, std::span<const double> context, double reward);
  /// kInvalid unless the shapes agree.
  Status Merge(const LinearBandit& other);
  /// The chance of each arm in this context: at least exploration / arms, summing to 1.
  [[nodiscard]] std::vector<double> Propensities(std::span<const double> context) const;
  /// Draws an arm by those chances.
  [[nodiscard]] BanditChoice Choose(std::span<const double> context, SeededEntropy& entropy) const;
  /// Mean reward expected of the arm.
  [[nodiscard]] double Expected(size_t arm, std::span<const double> context) const;

 private:
  struct Arm {
    std::vector<double> gram;  ///< sum x x^T, row after row
    std::vector<double> top;   ///< sum x r
  };
  /// Mean and standard deviation of the arm's expected reward.
  [[nodiscard]] std::pair<double, double> Posterior(size_t arm, std::span<const double> x) const;

  size_t features_;
  BanditOptions options_;
  std::vector<Arm> arms_;
};

}  // namespace signet::pipelines
