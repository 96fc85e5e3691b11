#include "pipelines/models/train.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/intervals.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/evaluation.h"
#include "pipelines/models/learner.h"
#include "pipelines/models/model_file.h"
#include "pipelines/models/training_set.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr size_t kTopFeatures = 15;

/// Columns of the events that flow into labels.
std::vector<std::string> LabelColumns(const LabelOptions& label) {
  std::vector<std::string> columns = {std::string(kSubjectColumn), label.time};
  if (!label.amount.empty()) columns.push_back(label.amount);
  if (!label.returned.empty()) columns.push_back(label.returned);
  return columns;
}

Status CheckLabelTypes(const LabelOptions& label, const Schema& events) {
  ASSIGN_OR_RETURN(const Column* time, ColumnNamed(events, label.input, label.time));
  if (time->type != ColumnType::kTimestamp && time->type != ColumnType::kDate) {
    return Invalid("train: label.time needs a timestamp or date column");
  }
  if (!label.amount.empty()) {
    ASSIGN_OR_RETURN(const Column* amount, ColumnNamed(events, label.input, label.amount));
    const bool number = amount->type == ColumnType::kDecimal ||
                        amount->type == ColumnType::kInt64 || amount->type == ColumnType::kDouble;
    if (!number) return Invalid("train: label.amount needs a column of numbers");
  }
  if (!label.returned.empty()) {
    ASSIGN_OR_RETURN(const Column* returned, ColumnNamed(events, label.input, label.returned));
    if (returned->type != ColumnType::kBool)
      return Invalid("train: label.returned needs a bool column");
  }
  return OkStatus();
}

TreeMethod MethodOf(const TrainOptions& options) {
  const bool forest = options.method == "forest";
  switch (options.model) {
    case ModelKind::kChurn:
    case ModelKind::kPropensity:
      return forest ? TreeMethod::kForestClass : TreeMethod::kLogistic;
    case ModelKind::kClv:
      if (forest) return TreeMethod::kForestValue;
      return options.method == "two_part" ? TreeMethod::kTwoPart : TreeMethod::kTweedie;
    case ModelKind::kSurvival:
      break;
  }
  return TreeMethod::kSurvival;
}

/// What decides a subject's draws in a forest's bootstrap.
std::vector<uint64_t> KeysOf(const std::vector<SubjectId>& subjects) {
  std::vector<uint64_t> keys;
  for (const SubjectId& subject : subjects) {
    uint64_t key = 0;
    std::memcpy(&key, subject.value.data() + 8, sizeof(key));
    keys.push_back(key);
  }
  return keys;
}

Result<LearnOptions> LearnOptionsOf(const TrainOptions& options, const FeatureEncoder& encoder) {
  LearnOptions learn;
  learn.method = MethodOf(options);
  learn.params = options.params;
  learn.search = options.search;
  learn.calibration = options.calibration;
  learn.balance = options.balance;
  learn.refit = false;
  if (!options.monotone.empty()) learn.params.monotone.assign(encoder.size(), 0);
  for (const auto& [name, direction] : options.monotone) {
    const size_t c = encoder.IndexOf(name);
    if (c == encoder.size()) {
      return Invalid("train: monotone names '" + name + "', from which nothing is learnt");
    }
    learn.params.monotone[c] = direction;
  }
  return learn;
}

struct Trained {
  Model model;
  BoosterOptions params;
  double validation_loss = 0;
  Json search;
  std::string calibration;
};

Result<Trained> TrainModel(const TrainingSet& set,
                           const TrainOptions& options,
                           const StageContext& context) {
  const LabelledRows& rows = set.learning;
  const RowMatrix cells{rows.rows.cells, rows.rows.columns};
  const std::vector<uint64_t> keys = KeysOf(rows.rows.subjects);
  ASSIGN_OR_RETURN(const LearnOptions learn, LearnOptionsOf(options, set.encoder));
  ASSIGN_OR_RETURN(Learnt learnt,
                   Learn({cells, rows.labels, rows.happened, keys, rows.fold, 1},
                         learn,
                         context.seed,
                         context.progress));
  ReasonWords words = ReasonWords::Learn(learnt.model.cuts.Encode(cells, options.params.threads));
  return Trained{{options.model, set.encoder, std::move(learnt.model), std::move(words)},
                 learnt.params,
                 learnt.validation_loss,
                 std::move(learnt.search),
                 std::move(learnt.calibration)};
}

Json CardOf(const TrainOptions& options,
            const TrainingSet& set,
            const StageContext& context,
            const Trained& trained,
            const Json& figures) {
  const BoosterOptions& p = trained.params;
  return Json::Of(
      {{"model", ModelKindName(options.model)},
       {"method", TreeMethodName(trained.model.trees.method)},
       {"library", "XGBoost 1.7 hist on bin codes of one global cut list"},
       {"features_at", TimestampText(set.cutoff)},
       {"label",
        Json::Of({{"from", TimestampText(set.label_from)}, {"to", TimestampText(set.label_to)}})},
       {"eligible", options.where.empty() ? "all" : options.where},
       {"held_out_by", options.fold_time.empty() ? "subject" : options.fold_time},
       {"seed", static_cast<int64_t>(context.seed >> 1U)},
       {"params",
        Json::Of({{"max_depth", p.max_depth},
                  {"learning_rate", p.learning_rate},
                  {"min_child_weight", p.min_child_weight},
                  {"lambda", p.lambda},
                  {"gamma", p.gamma},
                  {"columns", p.column_share},
                  {"max_bin", p.max_bin}})},
       {"search", trained.search},
       {"calibration", trained.calibration},
       {"class_weight", options.balance ? "balanced" : "none"},
       {"features", Json::Strings(set.encoder.Names())},
       {"figures", figures},
       {"limits",
        "Learnt at one cut-off: season and trend are not averaged out. Scores tell what is "
        "likely, not what an action would change."}});
}

Status WriteModel(query::Connection& connection,
                  const TrainOptions& options,
                  const std::map<std::string, Schema>& inputs,
                  const Model& model,
                  const Json& card) {
  ASSIGN_OR_RETURN(const Schema schema, TrainOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Bytes bytes, model.Encode());
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  writer->column(0).SetText(0, ModelKindName(options.model));
  writer->column(1).SetBytes(0, bytes);
  writer->column(2).SetText(0, card.Dump());
  TRY(writer->Flush(1));
  return writer->Finish();
}

}  // namespace

Result<Schema> TrainOutputSchema(const TrainOptions& options,
                                 const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* features, InputNamed(inputs, options.features));
  ASSIGN_OR_RETURN(const Schema* events, InputNamed(inputs, options.label.input));
  const Column* cutoff = features->Find("features_at");
  if (features->Find(kSubjectColumn) == nullptr || cutoff == nullptr ||
      cutoff->type != ColumnType::kTimestamp) {
    return Invalid("train: input '" + options.features +
                   "' is not of features: it lacks subject or features_at");
  }
  TRY(CheckLabelTypes(options.label, *events));
  for (const std::string& name : options.drop) {
    TRY(ColumnNamed(*features, options.features, name).status().WithContext("train: drop"));
  }
  if (!options.last_value.empty()) {
    TRY(ColumnNamed(*features, options.features, options.last_value)
            .status()
            .WithContext("train: last_value"));
  }
  if (!options.fold_time.empty()) {
    TRY(ColumnNamed(*features, options.features, options.fold_time)
            .status()
            .WithContext("train: fold_time"));
  }
  if (!options.where.empty()) {
    TRY(query::AnalyseExpression(options.where, options.features, *features)
            .status()
            .WithContext("train: where"));
  }
  ASSIGN_OR_RETURN(policies::Label label, JoinedLabel(*events, LabelColumns(options.label)));
  for (const Column& column : features->columns) {
    label = policies::Label::Join(label, column.label);
  }
  return Schema{{{"name", ColumnType::kText, {}},
                 {"model", ColumnType::kBytes, label},
                 {"card", ColumnType::kText, label}}};
}

Result<Json> RunTrain(query::Connection& connection,
                      const TrainOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context) {
  TRY(TrainOutputSchema(options, inputs).status());
  ASSIGN_OR_RETURN(const TrainingSet set, ReadTrainingSet(connection, options, inputs, context));
  ASSIGN_OR_RETURN(const Trained trained, TrainModel(set, options, context));
  const Model& model = trained.model;
  ASSIGN_OR_RETURN(Json quality, Evaluate(model, set, options, context.seed));
  ASSIGN_OR_RETURN(Json top, TopFeatures(model, set, kTopFeatures));
  ASSIGN_OR_RETURN(Json surrogate, SurrogateOf(model, set));
  const auto validation =
      static_cast<int64_t>(std::count(set.learning.fold.begin(), set.learning.fold.end(), 0));
  const Json figures = Json::Of({{"model", ModelKindName(options.model)},
                                 {"subjects", set.size()},
                                 {"train", static_cast<int64_t>(set.learning.size()) - validation},
                                 {"validation", validation},
                                 {"holdout", set.holdout.size()},
                                 {"features", set.encoder.size()},
                                 {"rounds", model.trees.main.rounds()},
                                 {"calibration", trained.calibration},
                                 {"quality", std::move(quality)},
                                 {"surrogate", std::move(surrogate)},
                                 {"top_features", std::move(top)}});
  TRY(WriteModel(
      connection, options, inputs, model, CardOf(options, set, context, trained, figures)));
  return figures;
}

}  // namespace signet::pipelines
