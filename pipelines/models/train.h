/// The `train` stage: learns what people will do from features and what happened after them.
///
/// In: `features` (kind features, one cut-off T0) and `events`; out: kind model, one row
/// (name TEXT, model BLOB, card TEXT). One task over all partitions. Deterministic: rows are taken
/// in subject order, folds by a salted hash of the subject, the seed is explicit; the model's bytes
/// do not depend on row order, partitions, threads, or where cells rest. Labels lie in [T0 + gap,
/// T0 + gap + window); a window that is still open at as_of is refused. Memory beside the inputs: 5
/// bytes a cell, then 3 more while it learns; with external_memory some 200 bytes a person and 2
/// MiB a column.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/booster.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

enum class ModelKind {
  kChurn,       ///< the probability of no qualifying event in the window
  kClv,         ///< the sum of `amount` in the window
  kPropensity,  ///< the probability of a qualifying event (a redemption, a purchase)
  kSurvival,    ///< days until the first qualifying event; censored at the window's end
};

/// Where labels come from.
struct LabelOptions {
  std::string input = "events";
  std::string time;
  std::string amount;    ///< value models; sums below zero count as zero
  std::string returned;  ///< boolean column: such rows are no purchase, and are left out of the sum
  int64_t window_seconds = 0;
  int64_t gap_seconds = 0;
};

struct TrainOptions {
  ModelKind model = ModelKind::kChurn;
  std::string features = "features";  ///< the input's name
  std::vector<std::string> earlier;   ///< inputs of features at earlier cut-offs: rolling origins
  std::vector<std::string> fairness;  ///< feature columns: how groups of people fare
  LabelOptions label;
  std::string where;              ///< boolean SQL over the features: who is eligible
  std::vector<std::string> drop;  ///< feature columns not to learn from
  std::string last_value;         ///< feature with last period's spend: a baseline of value models
  int64_t last_value_seconds = int64_t{365} * 86400;  ///< that period's length
  std::string bgnbd;               ///< purchases input whose features give the BG/NBD baseline
  std::string method = "boosted";  ///< boosted | forest; clv: also two_part
  std::string fold_time;  ///< feature whose latest values are held out, the next latest validate
  bool balance = false;   ///< both classes weigh the same; calibration repairs the probabilities
  std::map<std::string, int> monotone;  ///< feature to +1 (may only raise) or -1
  int search = 0;                       ///< further settings to try
  double holdout_share = 0.2;
  double validation_share = 0.15;
  bool external_memory = false;  ///< cells rest sealed on the worker's disk; the model is the same
  std::string calibration = "platt";  ///< probabilities: none, platt, isotonic, auto
  /// Explanations (reasons, surrogate, values by name) speak of no fewer people: the policy's.
  int64_t min_leaf = 0;
  BoosterOptions params;

  static Result<TrainOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> TrainOutputSchema(const TrainOptions& options,
                                 const std::map<std::string, Schema>& inputs);

/// Figures: rows, folds, rounds, quality on the holdout with 95 % intervals, baselines, top
/// features, `origins` (train_origins.h), `fairness`, `card` and `model_digest` (hex SHA-256 of the
/// model's bytes). kInvalid for too few rows, one class only, no usable feature, or an open label
/// window.
Result<Json> RunTrain(query::Connection& connection,
                      const TrainOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
