#include "pipelines/decisions/uplift_stage.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/decisions/uplift_curve.h"
#include "pipelines/decisions/uplift_model.h"
#include "pipelines/decisions/uplift_table.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

std::vector<std::string> FeatureColumns(const UpliftStageOptions& o, const Schema& schema) {
  std::vector<std::string> columns;
  for (const Column& column : schema.columns) {
    const bool role = column.name == kSubjectColumn || column.name == "features_at" ||
                      column.name == o.arm || column.name == o.outcome;
    const bool dropped = std::find(o.drop.begin(), o.drop.end(), column.name) != o.drop.end();
    const bool usable = column.type != ColumnType::kUuid && column.type != ColumnType::kBytes;
    if (!role && !dropped && usable) columns.push_back(column.name);
  }
  return columns;
}

Status WriteScores(query::Connection& connection,
                   const Schema& schema,
                   const std::vector<Uuid>& subjects,
                   const std::vector<double>& uplift) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (size_t i = 0; i < subjects.size(); ++i) {
    writer->column(0).SetUuid(r, subjects[i]);
    writer->column(1).SetDouble(r, uplift[i]);
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  TRY(writer->Flush(r));
  return writer->Finish();
}

Result<UpliftTable> ReadTable(query::Connection& connection,
                              const UpliftStageOptions& o,
                              const Schema& schema,
                              uint64_t seed) {
  UpliftTableSpec spec;
  spec.table = o.features;
  spec.columns = FeatureColumns(o, schema);
  spec.arm = SqlName(o.arm);
  spec.outcome = SqlName(o.outcome);
  spec.control = o.control;
  spec.treatment = o.treatment;
  spec.test_share = o.test_share;
  spec.seed = seed;
  spec.subject = std::string(kSubjectColumn);
  ASSIGN_OR_RETURN(UpliftTable table, ReadUpliftTable(connection, spec));
  const std::set<Uuid> distinct(table.subjects.begin(), table.subjects.end());
  if (distinct.size() != table.subjects.size()) {
    return Invalid("a subject has several rows: give one row per subject");
  }
  return table;
}

}  // namespace

Result<UpliftStageOptions> UpliftStageOptions::FromJson(const Json& json) {
  OptionReader reader("uplift", json);
  UpliftStageOptions o;
  o.features = reader.Text("features", o.features);
  o.arm = reader.RequiredText("arm");
  o.control = reader.RequiredText("control");
  o.treatment = reader.RequiredText("treatment");
  o.outcome = reader.RequiredText("outcome");
  o.learner = reader.OneOf("learner", {"t", "s", "x", "class"});
  o.drop = reader.Texts("drop");
  o.test_share = reader.Number("test_share", o.test_share, 0.05, 0.95);
  o.confidence = reader.Number("confidence", o.confidence, 0.5, 0.9999);
  o.require_uplift = reader.Boolean("require_uplift", /*otherwise=*/false);
  o.threads = static_cast<int>(reader.Integer("threads", 1, 1, 256));
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> UpliftStageOptions::Options() {
  return {{"features", "input", "", "features", "One row per subject, with arm and outcome."},
          {"arm", "column", "", "required", "The test's arm; NULL for who took no part."},
          {"control", "text", "", "required", "The control arm's name."},
          {"treatment", "text", "", "required", "The treated arm's name."},
          {"outcome", "column", "", "required", "Yes or no, or an amount, after the treatment."},
          {"learner", "one of t|s|x|class", "", "t", "Two models, one model, X-learner or class."},
          {"drop", "list of column", "", "", "Columns not to learn from."},
          {"test_share", "number", "share", "0.3", "Of the participants, who judge the ranking."},
          {"confidence", "number", "share", "0.95", "Of all intervals."},
          {"require_uplift", "boolean", "", "false", "Everybody gets 0 where no uplift was found."},
          {"threads", "integer", "", "1", "They do not change the result."}};
}

Result<Schema> UpliftOutputSchema(const UpliftStageOptions& options,
                                  const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* features, InputNamed(inputs, options.features));
  std::vector<std::string> read = FeatureColumns(options, *features);
  read.push_back(options.arm);
  read.push_back(options.outcome);
  read.emplace_back(kSubjectColumn);
  for (const std::string& name : read) {
    TRY(ColumnNamed(*features, options.features, name).status().WithContext("uplift"));
  }
  for (const std::string& name : options.drop) {
    TRY(ColumnNamed(*features, options.features, name).status().WithContext("uplift: drop"));
  }
  ASSIGN_OR_RETURN(const policies::Label label, JoinedLabel(*features, read));
  return Schema{
      {{std::string(kSubjectColumn), ColumnType::kUuid, features->Find(kSubjectColumn)->label},
       {"uplift", ColumnType::kDouble, label}}};
}

Result<Json> RunUplift(query::Connection& connection,
                       const UpliftStageOptions& options,
                       const std::map<std::string, Schema>& inputs,
                       const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, UpliftOutputSchema(options, inputs));
  const auto read = ReadTable(connection, options, inputs.at(options.features), context.seed);
  if (!read.ok()) return read.status().WithContext("uplift");
  const UpliftTable& table = *read;
  const UpliftTable train = table.Part(0);
  const UpliftTable test = table.Part(1);
  UpliftOptions learning;
  ASSIGN_OR_RETURN(learning.learner, UpliftLearnerFromName(options.learner));
  learning.seed = context.seed;
  learning.booster.threads = options.threads;
  const auto model = UpliftModel::Train(learning, {train.matrix(), train.treated, train.outcome});
  if (!model.ok()) return model.status().WithContext("uplift");
  UpliftRows rows;
  ASSIGN_OR_RETURN(rows.score, model->Predict(test.matrix(), options.threads));
  rows.treated = test.treated;
  rows.outcome = test.outcome;
  const auto quality = JudgeUplift(rows, options.confidence, context.seed);
  if (!quality.ok()) return quality.status().WithContext("uplift");
  ASSIGN_OR_RETURN(std::vector<double> uplift, model->Predict(table.matrix(), options.threads));
  if (options.require_uplift && !quality->found) std::fill(uplift.begin(), uplift.end(), 0.0);
  TRY(WriteScores(connection, schema, table.subjects, uplift));
  Json figures = quality->ToJson();
  figures.Set("learner", options.learner);
  figures.Set("features", Json::Strings(table.names));
  figures.Set("left_out", table.left_out.is_null() ? Json(Json::Object()) : table.left_out);
  figures.Set("rows",
              Json::Of({{"train", train.rows()}, {"test", test.rows()}, {"scored", table.rows()}}));
  return figures;
}

}  // namespace signet::pipelines
