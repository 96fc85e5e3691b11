// Options of the `train` and `score` stages: reading and documentation.
#include <map>
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
  p.column_share = reader.Number("columns", p.column_share, 0.05, 1);
  p.max_bin = static_cast<int>(reader.Integer("max_bin", p.max_bin, 2, CutList::kBinsMax));
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

Result<ModelKind> KindOf(const std::string& name) {
  if (name == "clv") return ModelKind::kClv;
  if (name == "propensity") return ModelKind::kPropensity;
  if (name == "survival") return ModelKind::kSurvival;
  return ModelKind::kChurn;
}

Status ReadMonotone(const Json& json, std::map<std::string, int>& monotone) {
  for (const auto& [name, direction] : json.fields()) {
    const std::string& word = direction.AsString();
    if (word != "increasing" && word != "decreasing") {
      return Invalid("train: 'monotone' maps a feature to increasing or decreasing");
    }
    monotone[name] = word == "increasing" ? 1 : -1;
  }
  return OkStatus();
}

/// What cannot go together.
Status CheckMethod(const TrainOptions& options) {
  if (options.method == "two_part" && options.model != ModelKind::kClv) {
    return Invalid("train: method two_part is for model clv");
  }
  if (options.method == "forest" && options.model == ModelKind::kSurvival) {
    return Invalid("train: model survival is boosted; leave method out");
  }
  const bool classes =
      options.model == ModelKind::kChurn || options.model == ModelKind::kPropensity;
  if (options.balance && !classes) {
    return Invalid("train: class_weight is for models of a probability");
  }
  return OkStatus();
}

std::vector<OptionDoc> DocsOfLabel() {
  return {
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
  };
}

std::vector<OptionDoc> DocsOfBooster() {
  return {
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
      {"params.columns", "number", "share", "1", "Columns that each tree may use."},
      {"params.max_bin", "integer", "bins", "255", "Bins per feature, at most 255."},
      {"params.threads", "integer", "threads", "1", "Threads; the result does not depend on them."},
  };
}

}  // namespace

Result<TrainOptions> TrainOptions::FromJson(const Json& json) {
  OptionReader reader("train", json);
  TrainOptions options;
  ASSIGN_OR_RETURN(options.model,
                   KindOf(reader.OneOf("model", {"churn", "clv", "propensity", "survival"})));
  options.method = reader.OneOf("method", {"boosted", "forest", "two_part"});
  options.fold_time = reader.Text("fold_time");
  options.balance = reader.OneOf("class_weight", {"none", "balanced"}) == "balanced";
  options.search = static_cast<int>(reader.Integer("search", 0, 0, 6));
  options.min_leaf = reader.Integer("min_leaf", 0, 0, 1'000'000'000);
  options.features = reader.Text("features", "features");
  options.earlier = reader.Texts("earlier");
  options.fairness = reader.Texts("fairness");
  options.where = reader.Text("where");
  options.drop = reader.Texts("drop");
  options.last_value = reader.Text("last_value");
  options.last_value_seconds = reader.Duration("last_value_period", "365d");
  options.bgnbd = reader.Text("bgnbd");
  options.holdout_share = reader.Number("holdout", options.holdout_share, 0.05, 0.5);
  options.validation_share = reader.Number("validation", options.validation_share, 0.05, 0.4);
  options.external_memory = reader.Boolean("external_memory", /*otherwise=*/false);
  options.calibration = reader.OneOf("calibration", {"platt", "isotonic", "none", "auto"});
  if (!reader.Has("label")) reader.Fail("'label' is missing");
  const Json& label = reader.Map("label");
  const Json& params = reader.Map("params");
  const Json& monotone = reader.Map("monotone");
  TRY(reader.Finish());
  ASSIGN_OR_RETURN(options.label, ReadLabel(label, options.model));
  ASSIGN_OR_RETURN(options.params, ReadParams(params));
  TRY(ReadMonotone(monotone, options.monotone));
  TRY(CheckMethod(options));
  return options;
}

std::vector<OptionDoc> TrainOptions::Options() {
  std::vector<OptionDoc> options = {
      {"model",
       "one of churn|clv|propensity|survival",
       "",
       "churn",
       "What is learnt: no event in the window, its value, an event, or the days until one."},
      {"method",
       "one of boosted|forest|two_part",
       "",
       "boosted",
       "Boosted trees (clv: Tweedie), a random forest, or for clv probability times amount."},
      {"class_weight",
       "one of none|balanced",
       "",
       "none",
       "Balanced: both classes weigh the same, and calibration repairs the probabilities."},
      {"monotone",
       "map of text",
       "",
       "{}",
       "Per feature: increasing or decreasing, if the score may only rise or fall with it."},
      {"search", "integer", "settings", "0", "Further booster settings to try, up to 6."},
      {"fold_time",
       "column",
       "",
       "",
       "Feature by which the latest subjects are held out, and the next latest validate."},
      {"features", "input", "", "features", "The input with the features, all at one cut-off."},
      {"earlier",
       "list of input",
       "",
       "[]",
       "The same features at earlier cut-offs: learnt there, judged at the next (rolling "
       "origins)."},
      {"fairness",
       "list of column",
       "",
       "[]",
       "Features of few values: quality, selection and errors are told by group."},
      {"where", "expression", "", "", "Boolean SQL over the features: who is eligible."},
      {"drop", "list of column", "", "[]", "Features not to learn from."},
      {"last_value", "column", "money", "", "clv: feature with last period's spend, the baseline."},
      {"last_value_period", "duration", "", "365d", "clv: the length of that period."},
      {"bgnbd", "input", "", "", "clv: purchases input whose features give the BG/NBD baseline."},
      {"min_leaf",
       "integer",
       "people",
       "the policy's",
       "Reasons, rules and named values speak of no fewer people; the policy's is the least."},
      {"holdout", "number", "share", "0.2", "Subjects kept apart to judge the model."},
      {"validation", "number", "share", "0.15", "Subjects that stop training and calibrate."},
      {"calibration",
       "one of platt|isotonic|none|auto",
       "",
       "platt",
       "How probabilities are calibrated; auto: as the validation fold says."},
  };
  options.push_back({"external_memory",
                     "boolean",
                     "",
                     "false",
                     "Cells rest sealed on the worker's disk, not in memory, while it learns; the "
                     "model is the same."});
  for (const std::vector<OptionDoc>& more : {DocsOfLabel(), DocsOfBooster()}) {
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
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
      {"reasons",
       "integer",
       "codes",
       "3",
       "Reason codes per model, 0 to 10; NULL where nothing more moved the score."},
      {"threads", "integer", "threads", "1", "Threads for prediction."},
  };
}

}  // namespace signet::pipelines
