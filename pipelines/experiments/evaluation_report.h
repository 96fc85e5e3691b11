/// The figures of an evaluation as JSON, and small readings that it and the decision share.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/experiments/evaluation.h"

namespace signet::pipelines {

/// A comparison without any figure but the reason.
Comparison UntestedComparison(std::string problem);
/// The margin in the metric's unit: as given, or the share of the control's value; 0: none.
double MarginOf(const MetricDesign& metric, const Comparison& comparison);
/// P(chi-square >= q).
double ChiSquareP(double q, double degrees);
/// Why a mismatch of that p stops the read-out.
std::string StoppedText(double p_value);
/// Everything, keys stable, 12 significant digits, null for what is not finite.
Json EvaluationFigures(const EvaluationDesign& design,
                       const UnitCounts& units,
                       const std::vector<MetricDesign>& metrics,
                       const std::vector<MetricSums>& sums,
                       size_t control,
                       const Evaluation& evaluation);

}  // namespace signet::pipelines
