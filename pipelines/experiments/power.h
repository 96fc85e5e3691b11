/// How many units a test needs, what it can see, and how long it takes.
#pragma once

#include <cstdint>

#include "crypto/base/status.h"
#include "pipelines/experiments/read_out.h"

namespace signet::pipelines {

/// A planned comparison of one treatment with the control.
struct PowerOptions {
  MetricKind kind = MetricKind::kProportion;
  double baseline = 0;  ///< the control's share or mean
  double sd = 0;        ///< of a mean (or of a linearised ratio) over units; shares have their own
  double variance_removed = 0;       ///< by CUPED, share in [0, 1)
  double alpha = 0.05;               ///< two-sided, before it is split over `comparisons`
  int comparisons = 1;               ///< treatments times metrics, by Bonferroni
  double control_per_treatment = 1;  ///< units in control for each one in the treatment
};

/// The power to see a difference of `effect` (absolute, either sign) with `units` in the treatment.
/// Shares: pooled normal test (Fleiss, Levin and Paik 2003, 4.8; R's power.prop.test). Means: the
/// non-central t (R's power.t.test). Both tails count.
Result<double> PowerOf(const PowerOptions& options, double effect, double units);
/// The least whole number of units in the treatment that reaches `power`. kInvalid for an effect of
/// 0, a share outside (0, 1), no spread, or more than 1e12 units.
Result<double> UnitsFor(const PowerOptions& options, double effect, double power);
/// The smallest increase that `units` in the treatment see with `power`.
Result<double> DetectableEffect(const PowerOptions& options, double units, double power);

/// Whole weeks, so that each weekday counts as often: days rounded up to a multiple of 7.
int64_t DaysFor(double units_all_arms, double units_per_day);

}  // namespace signet::pipelines
