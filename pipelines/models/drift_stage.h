/// The `drift` stage: whether today's features and scores are still like those of a reference.
///
/// In: two datasets of features or scores; out: kind aggregate, one row per column (column TEXT,
/// kind TEXT, psi DOUBLE, ks DOUBLE, missing_reference DOUBLE, missing_current DOUBLE, verdict
/// TEXT); the figures hold all of CompareTables, with `retrain`. One task over all partitions.
/// Deterministic: counts only. Memory: 8 bytes a cell of both. No value of any person is told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/drift.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct DriftStageOptions {
  std::string reference = "reference";  ///< input
  std::string current = "current";      ///< input
  DriftOptions drift;

  static Result<DriftStageOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> DriftOutputSchema(const DriftStageOptions& options,
                                 const std::map<std::string, Schema>& inputs);
/// kInvalid below 50 rows on a side, or as CompareTables says.
Result<Json> RunDrift(query::Connection& connection,
                      const DriftStageOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
