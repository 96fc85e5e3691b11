/// What a model says of people whose labels are known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/models/label_window.h"
#include "pipelines/models/model_file.h"

namespace signet::pipelines {

struct JudgedRows : Labels {
  std::vector<SubjectId> subjects;  ///< rising
  std::vector<double> scores;
};

/// All eligible people of `options.features` with their labels and scores: for models that were
/// learnt elsewhere. kInvalid as RunTrain says.
Result<JudgedRows> Judge(query::Connection& connection,
                         const TrainOptions& options,
                         const Model& model,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context);

}  // namespace signet::pipelines
