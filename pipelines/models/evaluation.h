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

/// What figures.h has for the model's kind, with deciles, baselines and alarms. Baselines: logistic
/// regression; last period's value and BG/NBD x mean value where their features are named, and
/// BG/NBD averaged with the model. Alarms: single features that tell the label almost alone
/// (AUC > 0.95: they may see the future).
Result<Json> Evaluate(const Model& model,
                      const TrainingSet& set,
                      const TrainOptions& options,
                      uint64_t seed);

/// The features that move scores most: mean absolute contribution over up to 2,000 holdout rows.
Result<Json> TopFeatures(const Model& model, const TrainingSet& set, size_t count);

/// The model as one small tree in words, with how much of its scores that tree tells.
Result<Json> SurrogateOf(const Model& model, const TrainingSet& set, int64_t people_min);

}  // namespace signet::pipelines
