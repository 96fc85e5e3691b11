#include "pipelines/models/train.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/intervals.h"
#include "pipelines/models/booster.h"
#include "pipelines/models/evaluation.h"
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

Result<Model> TrainModel(TrainingSet& set,
                         const TrainOptions& options,
                         const StageContext& context) {
  const bool churn = options.model == ModelKind::kChurn;
  ASSIGN_OR_RETURN(Booster booster,
                   Booster::Train(churn ? Objective::kLogistic : Objective::kTweedie,
                                  options.params,
                                  context.seed,
                                  {set.train.rows, set.train.labels},
                                  {set.validation.rows, set.validation.labels},
                                  context.progress));
  Model model{options.model, set.encoder, {}, std::move(booster)};
  if (!churn || options.calibration == "none") return model;
  ASSIGN_OR_RETURN(const std::vector<double> raw,
                   model.booster.Predict(set.validation.rows, options.params.threads));
  const std::vector<uint8_t> classes = set.validation.Classes();
  model.calibrator = options.calibration == "platt" ? Calibrator::Platt(raw, classes)
                                                    : Calibrator::Isotonic(raw, classes);
  return model;
}

Json CardOf(const TrainOptions& options,
            const TrainingSet& set,
            const StageContext& context,
            const Json& figures) {
  const BoosterOptions& p = options.params;
  return Json::Of(
      {{"model", ModelKindName(options.model)},
       {"method", "gradient-boosted trees (XGBoost hist)"},
       {"features_at", TimestampText(set.cutoff)},
       {"label",
        Json::Of({{"from", TimestampText(set.label_from)}, {"to", TimestampText(set.label_to)}})},
       {"eligible", options.where.empty() ? "all" : options.where},
       {"seed", static_cast<int64_t>(context.seed >> 1U)},
       {"params",
        Json::Of({{"max_depth", p.max_depth},
                  {"learning_rate", p.learning_rate},
                  {"min_child_weight", p.min_child_weight},
                  {"lambda", p.lambda},
                  {"gamma", p.gamma},
                  {"max_bin", p.max_bin},
                  {"threads", p.threads}})},
       {"calibration", options.calibration},
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
  ASSIGN_OR_RETURN(TrainingSet set, ReadTrainingSet(connection, options, inputs, context));
  ASSIGN_OR_RETURN(const Model model, TrainModel(set, options, context));
  const bool churn = options.model == ModelKind::kChurn;
  Result<Json> quality =
      churn ? EvaluateChurn(model, set, options, context.seed) : EvaluateClv(model, set, options);
  if (!quality.ok()) return quality.status();
  ASSIGN_OR_RETURN(Json top, TopFeatures(model, set, kTopFeatures));
  const Json figures = Json::Of({{"model", ModelKindName(options.model)},
                                 {"subjects", set.size()},
                                 {"train", set.train.size()},
                                 {"validation", set.validation.size()},
                                 {"holdout", set.holdout.size()},
                                 {"features", set.encoder.size()},
                                 {"rounds", model.booster.rounds()},
                                 {"quality", std::move(quality).value()},
                                 {"top_features", std::move(top)}});
  TRY(WriteModel(connection, options, inputs, model, CardOf(options, set, context, figures)));
  return figures;
}

}  // namespace signet::pipelines
