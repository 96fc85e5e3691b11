/// What the `train` stage learns from a training set: the model, and how it came about.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/model_file.h"
#include "pipelines/models/train.h"
#include "pipelines/models/training_set.h"

namespace signet::pipelines {

struct Trained {
  Model model;
  BoosterOptions params;
  double validation_loss = 0;
  Json search;
  std::string calibration;
};

/// Learns from `set.learning`; the holdout is not looked at. kInvalid as Learn.
Result<Trained> TrainModel(const TrainingSet& set,
                           const TrainOptions& options,
                           const StageContext& context);

}  // namespace signet::pipelines
