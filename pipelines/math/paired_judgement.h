/// Two scores judged on the same rows: differences with intervals that know the rows are shared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// One figure of both scores. `difference` is b - a with its interval.
struct PairedFigure {
  std::string metric;
  double a = 0;
  double b = 0;
  Estimate difference;
  bool more_is_better = true;

  /// "b is better", "a is better", or "no difference shown": the interval holds 0.
  [[nodiscard]] std::string_view Verdict() const;
  [[nodiscard]] Json ToJson() const;
};

/// AUC (DeLong's covariance of the two), log loss and Brier score of probabilities in [0, 1];
/// losses as means of the rows' differences. kInvalid unless both classes occur. Source: DeLong,
/// DeLong and Clarke-Pearson, Biometrics 44 (1988), equations 5 to 7.
Result<std::vector<PairedFigure>> JudgeProbabilities(std::span<const double> a,
                                                     std::span<const double> b,
                                                     std::span<const uint8_t> labels,
                                                     double confidence);

/// Mean absolute and mean squared error. kInvalid for no rows. Neither takes a trace of row order.
Result<std::vector<PairedFigure>> JudgeValues(std::span<const double> a,
                                              std::span<const double> b,
                                              std::span<const double> actual,
                                              double confidence);

}  // namespace signet::pipelines
