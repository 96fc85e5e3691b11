/// The `score` stage: applies trained models to features, with the reasons for each score.
///
/// In: `features` and one or more models (each further input); out: kind scores: subject, then for
/// each model one DOUBLE column named like its input or as `as` says (churn: probability in [0, 1];
/// value: money expected in the window, never negative; survival: days) and `<name>_reason_1..k`
/// TEXT in words ("orders recency days is very high: raises churn"), strongest first. Per
/// partition; deterministic; never NaN. Reasons are exact Shapley values over the trees (Lundberg
/// et al. 2018, Nature MI 2020; computed with per-leaf tables after Yang, "Fast TreeSHAP", 2021).
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

struct ScoreOptions {
  std::string features = "features";
  std::map<std::string, std::string> as;  ///< model input to column name; default: the input's
  int reasons = 3;                        ///< 0 to 10 reason codes per model
  int threads = 1;

  static Result<ScoreOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

/// kInvalid when there is no model among the inputs.
Result<Schema> ScoreOutputSchema(const ScoreOptions& options,
                                 const std::map<std::string, Schema>& inputs);

/// Figures: rows, and per model the mean score. kInvalid when the features lack a
/// column of the model's card or have another type.
Result<Json> RunScore(query::Connection& connection,
                      const ScoreOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
