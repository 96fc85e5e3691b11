/// Quality on the holdout, beside the baselines that must be beaten. Aggregates only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/model_file.h"
#include "pipelines/models/training_set.h"

namespace signet::pipelines {

/// AUC (DeLong), log-loss, Brier, calibration error, deciles; baseline: logistic regression; alarms
/// for single features that tell the label almost alone (AUC > 0.95: they may see the future).
Result<Json> EvaluateChurn(const Model& model,
                           const TrainingSet& set,
                           const TrainOptions& options,
                           uint64_t seed);

/// Spearman, mean absolute error, the top decile's share of value, Gini, bias, deciles; baselines:
/// last period's value and BG/NBD x mean value where their features are named, and BG/NBD averaged
/// with the model.
Result<Json> EvaluateClv(const Model& model, const TrainingSet& set, const TrainOptions& options);

/// The features that move scores most: mean absolute contribution over up to 2,000 holdout rows.
Result<Json> TopFeatures(const Model& model, const TrainingSet& set, size_t count);

}  // namespace signet::pipelines
