/// The `judge` stage: champion and challenger on the very same people, whom neither learnt from.
///
/// In: `features` (kind features, one cut-off), `events`, and two models; out: kind aggregate, one
/// row per metric (metric TEXT, champion, challenger, difference, low, high DOUBLE, verdict TEXT).
/// One task over all partitions. People are those whom `train` holds out with the same `holdout`
/// and seed: the fold is a salted hash of the subject, so both models, also one of an earlier run,
/// left them out. Deterministic; no trace of row order or partitions. Memory: 5 bytes a cell.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/train.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

struct JudgeOptions {
  TrainOptions task;  ///< model, features, label, where, holdout: as the models were learnt
  std::string champion = "champion";
  std::string challenger = "challenger";

  static Result<JudgeOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

/// kInvalid when an input is no model, or labels and features do not fit.
Result<Schema> JudgeOutputSchema(const JudgeOptions& options,
                                 const std::map<std::string, Schema>& inputs);

/// Figures: people, `judged` (digests of both models' bytes), `paired` (paired_judgement.h; a is
/// the champion) and `verdict`: "challenger", "champion" or "no difference shown", by AUC (classes)
/// or mean absolute error (values). kInvalid for survival models, models of another kind than
/// `model` says, or nobody held out.
Result<Json> RunJudge(query::Connection& connection,
                      const JudgeOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
