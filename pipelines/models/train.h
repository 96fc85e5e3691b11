/// The `train` stage: learns churn or customer value from features and what happened after them.
///
/// In: `features` (kind features, one cut-off T0) and `events`; out: kind model, one row
/// (name TEXT, model BLOB, card TEXT). One task over all partitions. Deterministic: rows are taken
/// in subject order, folds by a salted hash of the subject, threads and seed explicit; the model's
/// bytes do not depend on row order or partitions. Labels lie in [T0 + gap, T0 + gap + window); a
/// window that is still open at as_of is refused. Memory: 4 bytes a cell, twice.
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

enum class ModelKind { kChurn, kClv };

/// Where labels come from. Churn: no qualifying event in the window. Value: the sum of `amount`.
struct LabelOptions {
  std::string input = "events";
  std::string time;
  std::string amount;    ///< value models; sums below zero count as zero
  std::string returned;  ///< boolean column: such rows are no purchase, and are left out of the sum
  int64_t window_seconds = 0;
  int64_t gap_seconds = 0;
};

struct BoosterOptions {
  int rounds_max = 400;
  int early_stopping_rounds = 25;
  int max_depth = 5;
  double learning_rate = 0.06;
  double min_child_weight = 20;
  double lambda = 1;
  double gamma = 0;
  int max_bin = 256;
  int threads = 1;
};

struct TrainOptions {
  ModelKind model = ModelKind::kChurn;
  std::string features = "features";  ///< the input's name
  LabelOptions label;
  std::string where;              ///< boolean SQL over the features: who is eligible
  std::vector<std::string> drop;  ///< feature columns not to learn from
  std::string last_value;         ///< feature with last period's spend: a baseline of value models
  int64_t last_value_seconds = int64_t{365} * 86400;  ///< that period's length
  std::string bgnbd;  ///< purchases input whose features give the BG/NBD baseline
  double holdout_share = 0.2;
  double validation_share = 0.15;
  std::string calibration = "platt";  ///< churn: none, platt or isotonic
  BoosterOptions params;

  static Result<TrainOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> TrainOutputSchema(const TrainOptions& options,
                                 const std::map<std::string, Schema>& inputs);

/// Figures: rows, folds, rounds, quality on the holdout with 95 % intervals, baselines, top
/// features. kInvalid for too few rows, one class only, no usable feature, or an open label window.
Result<Json> RunTrain(query::Connection& connection,
                      const TrainOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
