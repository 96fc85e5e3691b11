/// A whole read-out: sample ratio first, then every metric, arm and segment, then the decision.
///
/// Reads mergeable sufficient statistics only, so a partition is one pass over its rows and the
/// result does not depend on row order or on how the rows are split.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/quantiles.h"
#include "pipelines/experiments/read_out.h"
#include "pipelines/experiments/sequential.h"
#include "pipelines/math/moment_sums.h"
#include "pipelines/math/multiplicity.h"

namespace signet::pipelines {

/// What is compared, and how it is judged.
struct MetricDesign {
  std::string name;
  std::string definition;  ///< as the user wrote it, for the report; may be empty
  MetricKind kind = MetricKind::kMean;
  double quantile = 0.5;  ///< kQuantile
  bool decrease_is_better = false;
  bool guardrail = false;   ///< must not be harmed; takes no part in choosing a winner
  double margin = 0;        ///< non-inferiority margin in the metric's unit; 0: none
  double margin_share = 0;  ///< the same as a share of the control's value; 0: none
  bool adjusted = false;    ///< x holds a covariate (CUPED)
};

struct EvaluationDesign {
  std::string control;
  std::map<std::string, double> expected;  ///< share per arm; empty: equal shares
  std::string primary;                     ///< the metric that decides; empty: the first
  double confidence = 0.95;
  double srm_alpha = 0.001;  ///< 0: a mismatch is told but does not stop
  Correction correction = Correction::kNone;
  bool sequential = false;
  double tuning_units = 5000;  ///< of the always-valid interval
  bool bayes = false;
  double prior_sd = 0;               ///< of the difference, for means and ratios; 0: flat
  std::optional<Spending> spending;  ///< group-sequential boundaries at `information`
  std::vector<double> information;   ///< looks so far as shares of the planned information
  uint64_t seed = 0;                 ///< quantile draws
};

/// Who was counted.
struct UnitCounts {
  std::vector<std::string> arms;  ///< ascending by name
  std::vector<double> assigned;   ///< per arm
  std::vector<double> analysed;   ///< per arm; equal to assigned without exposures
  int64_t in_several_arms = 0;    ///< left out everywhere
};

/// One metric's sums. cells[group][arm]; without groups there is one group named "".
struct MetricSums {
  std::vector<std::vector<MomentSums>> segments;  ///< by segment of `--by`
  std::vector<std::vector<MomentSums>> strata;    ///< by stratum; empty: no post-stratification
  std::vector<ValueCounts> values;                ///< per arm; kQuantile only
  std::vector<double> missing;                    ///< per arm: units without the outcome

  /// Sums over disjoint units; the shapes must agree (CHECK).
  void Merge(const MetricSums& other);
  /// Over all segments.
  [[nodiscard]] Moments Whole(size_t arm) const;
};

/// One line of the read-out.
struct ReadOutLine {
  size_t metric = 0;
  size_t arm = 0;
  std::string segment;  ///< empty: everyone
  Comparison plain;     ///< without covariate or strata
  Comparison told;      ///< what decides: adjusted if asked for
  double adjusted_p = 1;
  bool significant = false;
};

struct SegmentFinding {
  size_t metric = 0;
  size_t arm = 0;
  double q = 0, degrees = 0, p_value = 1;  ///< Cochran's Q over the segments' differences
  bool simpson = false;                    ///< whole and segments point in opposite directions
};

struct Evaluation {
  SampleRatio assigned_ratio, analysed_ratio;
  bool stopped = false;
  std::vector<ReadOutLine> lines;     ///< everyone: metrics in order, arms in order
  std::vector<ReadOutLine> segments;  ///< by metric, arm, segment
  std::vector<SegmentFinding> findings;
  std::vector<std::string> warnings;
  std::string decision;  ///< ship, keep_control, no_difference, stopped
  std::string winner;    ///< the arm to ship
  std::string text;      ///< one sentence
  Json figures;          ///< everything, stable; no number that is not finite
};

/// `sums` is in the order of `metrics`; segment names in the order of the cells. kInvalid for fewer
/// than two or more than 20 arms, an unknown control or expected arm, or an arm with fewer than two
/// units.
Result<Evaluation> Evaluate(const EvaluationDesign& design,
                            const UnitCounts& units,
                            const std::vector<MetricDesign>& metrics,
                            const std::vector<MetricSums>& sums,
                            const std::vector<std::string>& segment_names);

}  // namespace signet::pipelines
