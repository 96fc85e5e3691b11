/// What trees are fitted to: losses, and gradients whose sums do not depend on their order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

enum class Loss {
  kLogistic,  ///< log-loss of a class, 0 or 1; margin = log-odds
  kSquared,   ///< squared error; margin = mean
  kTweedie,   ///< deviance of amounts with many zeros, variance power 1.5; margin = ln mean
  kGamma,     ///< deviance of positive amounts; margin = ln mean
  kSurvival,  ///< accelerated failure time, log-logistic; margin = ln median time
};

/// XGBoost's name of the objective whose link a model file carries.
std::string_view ObjectiveName(Loss loss);

/// What each row is fitted to; the spans must outlive their use.
struct Targets {
  std::span<const float> values;      ///< class, amount or time
  std::span<const uint8_t> happened;  ///< survival: 0 = censored; empty: none is
  std::span<const float> weights;     ///< empty: all 1
  double sigma = 1;                   ///< survival: scale of ln time

  [[nodiscard]] size_t size() const { return values.size(); }
  [[nodiscard]] double weight(size_t row) const {
    return weights.empty() ? 1.0 : static_cast<double>(weights[row]);
  }
};

/// First and second derivatives by the margin, rounded to a common power of two so coarse that
/// every sum of them is exact in a double: histograms are then the same for any order of rows and
/// any number of threads, and so is the model, byte for byte.
struct Gradients {
  std::vector<float> first, second;

  /// `threads` do not change the result.
  void Fill(Loss loss, const Targets& targets, std::span<const float> margins, int threads);
  /// Multiplies row i by `times[i]` (a bootstrap's counts) and rounds again.
  void Reweigh(std::span<const float> times);

 private:
  void Round();
};

/// The prediction at a margin: a probability, a mean or a median time.
double LinkOf(Loss loss, double margin);
/// The weighted mean target, as the objective's base score: in (0, 1), or a number, or above 0.
double BaseScore(Loss loss, const Targets& targets);
/// Weighted mean loss at the margins, up to a constant; exact sums.
double MeanLoss(Loss loss, const Targets& targets, std::span<const float> margins);
/// Each row's loss at its margin, unweighted.
double RowLoss(Loss loss, const Targets& targets, size_t row, double margin);

}  // namespace signet::pipelines
