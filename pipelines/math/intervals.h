/// An estimate with its interval.
#pragma once

#include <span>

#include "crypto/base/json.h"

namespace signet::pipelines {

/// A figure and the interval in which the truth lies with the stated confidence.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;

  /// {"value": , "low": , "high": }, six significant digits; null where a number is not finite.
  [[nodiscard]] Json ToJson() const;
};

/// `digits` significant digits, so that figures do not show the last bits; null if not finite.
Json Rounded(double value, int digits = 6);

/// Normal interval: value +- z(confidence) * error.
Estimate NormalEstimate(double value, double error, double confidence);
/// The mean of `values` with its normal interval (central limit theorem).
Estimate MeanEstimate(std::span<const double> values, double confidence);
/// sum(top) / sum(bottom) over pairs, with the delta method's interval. {0,0,0} if the denominator
/// sums to 0. Source: Casella and Berger, Statistical Inference, 5.5.4.
Estimate RatioEstimate(std::span<const double> top,
                       std::span<const double> bottom,
                       double confidence);

}  // namespace signet::pipelines
