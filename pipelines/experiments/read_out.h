/// The statistics of an A/B read-out: pure functions of sufficient statistics.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/moment_sums.h"

namespace signet::pipelines {

enum class MetricKind { kProportion, kMean, kRatio, kQuantile };
/// "proportion", ...
std::string_view MetricKindName(MetricKind kind);

/// A difference between a treatment and the control. Figures that the data cannot give are NaN
/// (null in reports), and `problem` says why.
struct Comparison {
  std::string arm;
  double units = 0;
  double control_units = 0;
  double value = 0;  ///< the treatment's mean, share or ratio (adjusted with CUPED)
  double control_value = 0;
  Estimate difference;
  Estimate relative;          ///< difference / control value, delta method; NaN where control is 0
  double standard_error = 0;  ///< of the difference
  double statistic = 0;       ///< z or Welch's t
  double degrees = 0;         ///< of freedom of t; 0: normal
  double p_value = 1;         ///< two-sided
  double variance_removed = 0;  ///< by CUPED or strata, share of the plain comparison's
  std::string problem;
};

/// Chi-square test of the observed counts against expected shares (which sum to anything > 0).
struct SampleRatio {
  double chi_square = 0;
  double degrees = 0;
  double p_value = 1;
};
/// kInvalid for fewer than two arms, a share that is not positive, or no units.
Result<SampleRatio> CheckSampleRatio(const std::vector<double>& counts,
                                     const std::vector<double>& shares);
/// Chi-square test of independence of a table, rows x columns; rows and columns without counts are
/// left out. degrees 0 and p 1 where nothing is left to test.
SampleRatio CheckIndependence(const std::vector<std::vector<double>>& table);

/// Two proportions of a 0/1 metric y: pooled z for the test, unpooled standard error for the
/// interval (Agresti, Categorical Data Analysis, 3.1).
Comparison CompareProportions(const Moments& treatment, const Moments& control, double confidence);
/// Welch's t (Welch 1947; Satterthwaite's degrees of freedom).
Comparison CompareMeans(const Moments& treatment, const Moments& control, double confidence);
/// mean(y) / mean(d) by the delta method over units (Deng, Knoblich and Lu, KDD 2018).
Comparison CompareRatios(const Moments& treatment, const Moments& control, double confidence);
/// The above, by `kind` (not kQuantile).
Comparison Compare(MetricKind kind, const Moments& treatment, const Moments& control, double level);
/// Adjusted by a pre-period covariate x with the pooled within-arm slope (CUPED: Deng, Xu, Kohavi
/// and Walker, WSDM 2013; ratios linearised), then Welch. Without a varying covariate: Compare.
Comparison CompareAdjusted(MetricKind kind,
                           const Moments& treatment,
                           const Moments& control,
                           double confidence);

/// Treatment and control of one stratum or segment.
struct ArmPair {
  Moments treatment;
  Moments control;
};
/// Post-stratification: the strata's differences weighted by their share of units in both arms
/// (Miratrix, Sekhon and Yu, JRSS B 2013, conditional variance). Strata with fewer than two units
/// in either arm are taken together, and left out if that does not help. Not for kQuantile.
Comparison CompareStratified(MetricKind kind, std::span<const ArmPair> strata, double confidence);

/// Whether a treatment is worse than the control by less than `margin` (> 0, in the metric's unit):
/// the interval's bad end lies within it. One-sided p of "worse by the margin or more".
struct NonInferiority {
  double margin = 0;
  double p_value = 1;
  bool shown = false;   ///< the interval excludes a harm of the margin
  bool harmed = false;  ///< the interval holds harm only
};
NonInferiority JudgeNonInferiority(const Comparison& comparison,
                                   double margin,
                                   bool decrease_is_better);

}  // namespace signet::pipelines
