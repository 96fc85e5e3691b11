// Options of the `train` and `score` stages: reading and documentation.
#include <string>
#include <vector>

#include "pipelines/models/score.h"
#include "pipelines/models/train.h"

namespace signet::pipelines {
namespace {

Result<BoosterOptions> ReadParams(const Json& json) {
  OptionReader reader("train: params", json);
  BoosterOptions p;
  p.rounds_max = static_cast<int>(reader.Integer("rounds", p.rounds_max, 1, 10'000));
  p.early_stopping_rounds =
      static_cast<int>(reader.Integer("early_stopping", p.early_stopping_rounds, 1, 10'000));
  p.max_depth = static_cast<int>(reader.Integer("max_depth", p.max_depth, 1, 8));
  p.learning_rate = reader.Number("learning_rate", p.learning_rate, 1e-4, 1);
  p.min_child_weight = reader.Number("min_child_weight", p.min_child_weight, 0, 1e9);
  p.lambda = reader.Number("lambda", p.lambda, 0, 1e9);
  p.gamma = reader.Number("gamma", p.gamma, 0, 1e9);
  p.max_bin = static_cast<int>(reader.Integer("max_bin", p.max_bin, 2, 4096));
  p.threads = static_cast<int>(reader.Integer("threads", p.threads, 1, 256));
  TRY(reader.Finish());
  return p;
}

Result<LabelOptions> ReadLabel(const Json& json, ModelKind model) {
  OptionReader reader("train: label", json);
  LabelOptions label;
  label.input = reader.Text("input", "events");
  label.time = reader.RequiredText("time");
  label.amount = reader.Text("amount");
  label.returned = reader.Text("returned");
  label.window_seconds = reader.Duration("window", "90d");
  label.gap_seconds = reader.Duration("gap", "");
  if (model == ModelKind::kClv && label.amount.empty()) reader.Fail("'amount' is missing");
  TRY(reader.Finish());
  return label;
}

}  // namespace

Result<TrainOptions> TrainOptions::FromJson(const Json& json) {
  OptionReader reader("train", json);
  TrainOptions options;
  options.model =
      reader.OneOf("model", {"churn", "clv"}) == "clv" ? ModelKind::kClv : ModelKind::kChurn;
  options.features = reader.Text("features", "features");
  options.where = reader.Text("where");
  options.drop = reader.Texts("drop");
  options.last_value = reader.Text("last_value");
  options.last_value_seconds = reader.Duration("last_value_period", "365d");
  options.bgnbd = reader.Text("bgnbd");
  options.holdout_share = reader.Number("holdout", options.holdout_share, 0.05, 0.5);
  options.validation_share = reader.Number("validation", options.validation_share, 0.05, 0.4);
  options.calibration = reader.OneOf("calibration", {"platt", "isotonic", "none"});
  if (!reader.Has("label")) reader.Fail("'label' is missing");
  const Json& label = reader.Map("label");
  const Json& params = reader.Map("params");
  TRY(reader.Finish());
  ASSIGN_OR_RETURN(options.label, ReadLabel(label, options.model));
  ASSIGN_OR_RETURN(options.params, ReadParams(params));
  return options;
}

std::vector<OptionDoc> TrainOptions::Options() {
  return {
      {"model",
       "one of churn|clv",
       "",
       "churn",
       "What is learnt: no purchase in the window, or its value."},
      {"features", "input", "", "features", "The input with the features, all at one cut-off."},
      {"label", "map", "", "required", "What happened after the cut-off."},
      {"label.input", "input", "", "events", "The input with the events."},
      {"label.time", "column", "", "required", "When they happened."},
      {"label.amount", "column", "money", "", "Their value; required for clv. Negative: a return."},
      {"label.returned", "column", "", "", "True for returned purchases, which do not count."},
      {"label.window",
       "duration",
       "",
       "90d",
       "How long after the cut-off counts; must be over at as_of."},
      {"label.gap", "duration", "", "", "A pause between the cut-off and the window."},
      {"where", "expression", "", "", "Boolean SQL over the features: who is eligible."},
      {"drop", "list of column", "", "[]", "Features not to learn from."},
      {"last_value", "column", "money", "", "clv: feature with last period's spend, the baseline."},
      {"last_value_period", "duration", "", "365d", "clv: the length of that period."},
      {"bgnbd", "input", "", "", "clv: purchases input whose features give the BG/NBD baseline."},
      {"holdout", "number", "share", "0.2", "Subjects kept apart to judge the model."},
      {"validation", "number", "share", "0.15", "Subjects that stop training and calibrate."},
      {"calibration",
       "one of platt|isotonic|none",
       "",
       "platt",
       "churn: how probabilities are calibrated."},
      {"params", "map", "", "", "The booster."},
      {"params.rounds", "integer", "trees", "400", "Rounds at most."},
      {"params.early_stopping",
       "integer",
       "rounds",
       "25",
       "Rounds without improvement before it stops."},
      {"params.max_depth", "integer", "levels", "5", "Depth of a tree, up to 8."},
      {"params.learning_rate", "number", "", "0.06", "Weight of each tree."},
      {"params.min_child_weight", "number", "", "20", "Least sum of Hessians in a leaf."},
      {"params.lambda", "number", "", "1", "L2 penalty on leaves."},
      {"params.gamma", "number", "", "0", "Least gain of a split."},
      {"params.max_bin", "integer", "bins", "256", "Bins per feature."},
      {"params.threads", "integer", "threads", "1", "Threads; part of the result's identity."},
  };
}

Result<ScoreOptions> ScoreOptions::FromJson(const Json& json) {
  OptionReader reader("score", json);
  ScoreOptions options;
  options.features = reader.Text("features", "features");
  options.reasons = static_cast<int>(reader.Integer("reasons", options.reasons, 0, 10));
  options.threads = static_cast<int>(reader.Integer("threads", options.threads, 1, 256));
  for (const auto& [input, column] : reader.Map("as").fields()) {
    if (column.AsString().empty()) reader.Fail("'as' maps an input to a column's name");
    options.as[input] = column.AsString();
  }
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> ScoreOptions::Options() {
  return {
      {"features",
       "input",
       "",
       "features",
       "The input with the features; every other input is a model."},
      {"as",
       "map of text",
       "",
       "{}",
       "Per model input: its score column's name (default: the input's)."},
      {"reasons", "integer", "codes", "3", "Reason codes per model, 0 to 10."},
      {"threads", "integer", "threads", "1", "Threads for prediction."},
  };
}

}  // namespace signet::pipelines
