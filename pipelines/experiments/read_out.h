/// The statistics of an A/B read-out: pure functions of sufficient statistics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// Sums over the units of one arm. y: the metric; d: a ratio's denominator; x: the covariate.
struct ArmSums {
  std::string arm;
  double units = 0;
  double y = 0, yy = 0;
  double d = 0, dd = 0, yd = 0;
  double x = 0, xx = 0, xy = 0;

  /// Component by component: sums over disjoint units. The arm's name stays.
  void Merge(const ArmSums& other);
};

/// A difference between a treatment and the control.
struct Comparison {
  std::string arm;
  double units = 0;
  double value = 0;  ///< the treatment's mean, share or ratio (adjusted with CUPED)
  double control_value = 0;
  Estimate difference;
  Estimate relative;     ///< difference / control value, delta method; NaN where control is 0
  double statistic = 0;  ///< z or Welch's t
  double p_value = 1;    ///< two-sided
  double variance_removed = 0;  ///< by CUPED, share
};

/// Chi-square test of the observed counts against expected shares (which sum to anything > 0).
struct SampleRatio {
  double chi_square = 0;
  double p_value = 1;
};
/// kInvalid for fewer than two arms, a share that is not positive, or no units.
Result<SampleRatio> CheckSampleRatio(const std::vector<double>& counts,
                                     const std::vector<double>& shares);

/// Two proportions: pooled z for the test, unpooled standard error for the interval (Agresti,
/// Categorical Data Analysis, 3.1). y counts successes.
Comparison CompareProportions(const ArmSums& treatment, const ArmSums& control, double confidence);
/// Welch's t (Welch 1947; Satterthwaite's degrees of freedom).
Comparison CompareMeans(const ArmSums& treatment, const ArmSums& control, double confidence);
/// sum(y) / sum(d) by the delta method over units (Deng, Knoblich and Lu, KDD 2018).
Comparison CompareRatios(const ArmSums& treatment, const ArmSums& control, double confidence);
/// Means adjusted by a pre-period covariate with the pooled within-arm slope (CUPED: Deng, Xu,
/// Kohavi and Walker, WSDM 2013), then Welch.
Comparison CompareAdjustedMeans(const ArmSums& treatment,
                                const ArmSums& control,
                                double confidence);

}  // namespace signet::pipelines
