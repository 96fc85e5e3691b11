/// The `experiment` stage: reads out an A/B test, or says why it must not be read.
///
/// In: units (subject, arm), optionally exposures, and outcomes; out: kind aggregate, one row per
/// metric and arm. Two passes of SQL make sufficient statistics per arm (counts and exact DECIMAL
/// sums, mergeable over partitions); the read-out sees nothing else. Values count as DECIMAL(18,4).
/// Subjects in two arms are left out and counted; a sample-ratio mismatch (p < srm_alpha) stops the
/// read-out: no metric is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

enum class MetricKind { kProportion, kMean, kRatio };

struct MetricOptions {
  std::string name;
  MetricKind kind = MetricKind::kMean;
  std::string input;          ///< view with the outcomes, or the units themselves
  std::string value;          ///< column; proportions without it ask whether any row exists
  std::string per;            ///< ratio: the denominator's column, or "rows"
  std::string time;           ///< the outcome's time; empty: rows count whenever they are
  int64_t cuped_seconds = 0;  ///< length of the pre-period whose value is the covariate; 0: none
  bool decrease_is_better = false;
};

struct ExperimentOptions {
  std::string units = "units";
  std::string exposures;    ///< input; when given only exposed units are read out
  std::string arm;          ///< column of units
  std::string control;      ///< the arm's name
  std::string assigned_at;  ///< column of units, optional
  std::string exposed_at;   ///< column of exposures, optional
  std::string start, end;   ///< moments: outcomes count from the later of start and the unit's time
  std::map<std::string, double> expected;  ///< share per arm; empty: equal shares
  std::vector<MetricOptions> metrics;
  std::string primary;  ///< the metric that the decision follows; default: the first
  double confidence = 0.95;
  double srm_alpha = 0.001;

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
