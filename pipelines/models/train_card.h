/// What an approver must know of a model: the card, and how it serves groups of people.
#pragma once

#include <map>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/train_model.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Data, windows, folds, method, parameters, calibration, limits. `figures` tells whether season
/// and trend were judged.
Json TrainCard(const TrainOptions& options,
               const TrainingSet& set,
               const StageContext& context,
               const Trained& trained,
               const Json& figures);

/// Per column of `options.fairness`: how the people held out fare by its values (fairness.h);
/// groups of fewer than 20 are counted together. Null without such columns.
Result<Json> FairnessByGroups(query::Connection& connection,
                              const TrainOptions& options,
                              const TrainingSet& set,
                              const Model& model);

}  // namespace signet::pipelines
