#include "pipelines/models/train.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/primitives/sha256.h"
#include "pipelines/models/evaluation.h"
#include "pipelines/models/train_card.h"
#include "pipelines/models/train_model.h"
#include "pipelines/models/train_origins.h"
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
    if (returned->type != ColumnType::kBool) {
      return Invalid("train: label.returned needs a bool column");
    }
  }
  return OkStatus();
}

/// Groups are values, and few.
Status CheckGroupColumn(const Schema& features, const std::string& input, const std::string& name) {
  ASSIGN_OR_RETURN(const Column* column, ColumnNamed(features, input, name));
  const bool few = column->type == ColumnType::kText || column->type == ColumnType::kBool ||
                   column->type == ColumnType::kInt64;
  if (few) return OkStatus();
  return Invalid("train: fairness: '" + name + "' must be text, whole numbers or true and false")
      .WithRemedy("group the values first, with a step of sql");
}

Status WriteModel(query::Connection& connection,
                  const TrainOptions& options,
                  const std::map<std::string, Schema>& inputs,
                  const Bytes& bytes,
                  const Json& card) {
  ASSIGN_OR_RETURN(const Schema schema, TrainOutputSchema(options, inputs));
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
  for (const std::string& name : options.fairness) {
    TRY(CheckGroupColumn(*features, options.features, name));
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
  for (const std::string& earlier : options.earlier) {
    ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, earlier));
    if (schema->Names() != features->Names()) {
      return Invalid("train: earlier: input '" + earlier + "' has other columns than '" +
                     options.features +
                     "'; compute both with the same options but for the cut-off");
    }
    for (const Column& column : schema->columns) {
      label = policies::Label::Join(label, column.label);
    }
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
  ASSIGN_OR_RETURN(Json surrogate, SurrogateOf(model, set, options.min_leaf));
  const auto validation =
      static_cast<int64_t>(std::count(set.learning.fold.begin(), set.learning.fold.end(), 0));
  ASSIGN_OR_RETURN(const Bytes bytes, model.Encode());
  Json figures = Json::Of({{"model", ModelKindName(options.model)},
                           {"model_digest", ToHex(crypto::Sha256::Of(bytes))},
                           {"subjects", set.size()},
                           {"train", static_cast<int64_t>(set.learning.size()) - validation},
                           {"validation", validation},
                           {"holdout", set.holdout.size()},
                           {"features", set.encoder.size()},
                           {"rounds", model.trees.main.rounds()},
                           {"calibration", trained.calibration},
                           {"quality", std::move(quality)},
                           {"top_features", std::move(top)}});
  if (!surrogate.is_null()) figures.Set("surrogate", std::move(surrogate));
  ASSIGN_OR_RETURN(Json origins, RollingOrigins(connection, options, inputs, context));
  if (origins.size() > 0) figures.Set("origins", std::move(origins));
  ASSIGN_OR_RETURN(Json fairness, FairnessByGroups(connection, options, set, model));
  if (!fairness.is_null()) figures.Set("fairness", std::move(fairness));
  const Json card = TrainCard(options, set, context, trained, figures);
  Json whole = card;
  whole.Set("figures", figures);
  TRY(WriteModel(connection, options, inputs, bytes, whole));
  figures.Set("card", card);
  return figures;
}

}  // namespace signet::pipelines
