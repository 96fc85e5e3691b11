/// The `experiment` stage: reads out an A/B test, or says why it must not be read.
///
/// In: units (subject, arm), optionally exposures, and outcomes; out: kind aggregate, one row per
/// metric, arm and segment. One pass of SQL per metric feeds sufficient statistics (exact sums per
/// arm, mergeable over partitions); the read-out sees nothing else. Values count as DECIMAL(18,4).
/// Subjects in two arms are left out and counted; a sample-ratio mismatch (p < srm_alpha) stops the
/// read-out: no metric is told. Segments with fewer than 10 units in an arm are told together.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/evaluation.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct MetricOptions {
  MetricDesign design;
  std::string input;          ///< view with the outcomes, or the units themselves
  std::string value;          ///< column; proportions without it ask whether any row exists
  std::string per;            ///< ratio: the denominator's column, or "rows"
  std::string time;           ///< the outcome's time; empty: rows count whenever they are
  int64_t cuped_seconds = 0;  ///< length of the pre-period whose value is the covariate; 0: none
  double winsorise = 0;       ///< cap at this quantile over all units; 0: not
};

struct ExperimentOptions {
  std::string units = "units";
  std::string exposures;    ///< input; when given only exposed units are read out
  std::string arm;          ///< column of units
  std::string segment;      ///< column of units: differences are told per value, too
  std::string stratum;      ///< column of units: post-stratification
  std::string assigned_at;  ///< column of units, optional
  std::string exposed_at;   ///< column of exposures, optional
  std::string start, end;   ///< moments: outcomes count from the later of start and the unit's time
  std::vector<MetricOptions> metrics;
  EvaluationDesign design;  ///< control arm, expected shares, primary metric, how p is judged

  static Result<ExperimentOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> ExperimentOutputSchema(const ExperimentOptions& options,
                                      const std::map<std::string, Schema>& inputs);

/// Figures: arms, sample ratio, metrics with intervals, decision.
Result<Json> RunExperiment(query::Connection& connection,
                           const ExperimentOptions& options,
                           const std::map<std::string, Schema>& inputs,
                           const StageContext& context);

}  // namespace signet::pipelines
