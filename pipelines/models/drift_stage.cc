#include "pipelines/models/drift_stage.h"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRowsMin = 50;
constexpr std::string_view kCutoffColumn = "features_at";

bool Comparable(const Column& column) {
  return column.name != kSubjectColumn && column.name != kCutoffColumn &&
         column.type != ColumnType::kUuid && column.type != ColumnType::kBytes;
}

TableKind KindOf(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return TableKind::kFlag;
    case ColumnType::kDate:
    case ColumnType::kTimestamp:
      return TableKind::kTime;
    case ColumnType::kText:
      return TableKind::kCategory;
    case ColumnType::kInt64:
    case ColumnType::kDouble:
    case ColumnType::kDecimal:
    case ColumnType::kUuid:
    case ColumnType::kBytes:
      break;
  }
  return TableKind::kNumber;
}

std::string SelectOf(const Column& column) {
  std::string name = SqlName(column.name);
  switch (KindOf(column.type)) {
    case TableKind::kFlag:
      return "CAST(CAST(" + name + " AS INTEGER) AS DOUBLE)";
    case TableKind::kTime:
      return "epoch(CAST(" + name + " AS TIMESTAMP)) / 86400.0";
    case TableKind::kCategory:
      return name;
    case TableKind::kNumber:
      break;
  }
  return "CAST(" + name + " AS DOUBLE)";
}

Result<TableColumn> ReadCategory(query::Connection& connection,
                                 const std::string& view,
                                 const std::string& name) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT " + SqlName(name) + " FROM " + SqlName(view)));
  std::vector<std::string> texts;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return CategoryColumn(name, texts);
    for (size_t r = 0; r < chunk.size(); ++r) {
      texts.emplace_back(chunk.IsNull(0, r) ? std::string_view() : chunk.Text(0, r));
    }
  }
}

/// Fills the columns that are not categories, all in one pass: a view is made again by each
/// question. Categories are read one by one, since their texts are held meanwhile.
Status ReadNumbers(query::Connection& connection,
                   const std::string& view,
                   const Schema& schema,
                   std::vector<TableColumn>& columns) {
  std::string list;
  std::vector<TableColumn*> read;
  for (TableColumn& column : columns) {
    if (column.kind == TableKind::kCategory) continue;
    list += (list.empty() ? "" : ", ") + SelectOf(*schema.Find(column.name));
    read.push_back(&column);
  }
  if (read.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT " + list + " FROM " + SqlName(view)));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t c = 0; c < read.size(); ++c) {
      for (size_t r = 0; r < chunk.size(); ++r) {
        read[c]->numbers.push_back(chunk.IsNull(c, r) ? std::numeric_limits<double>::quiet_NaN()
                                                      : chunk.Double(c, r));
      }
    }
  }
}

Result<Table> ReadTable(query::Connection& connection,
                        const std::string& view,
                        const Schema& schema) {
  Table table;
  for (const Column& column : schema.columns) {
    if (!Comparable(column)) continue;
    TableColumn& made = table.columns.emplace_back();
    made.name = column.name;
    made.kind = KindOf(column.type);
  }
  TRY(ReadNumbers(connection, view, schema, table.columns));
  for (TableColumn& column : table.columns) {
    if (column.kind != TableKind::kCategory) continue;
    ASSIGN_OR_RETURN(column, ReadCategory(connection, view, column.name));
  }
  if (table.rows() < kRowsMin) {
    return Invalid("drift: input '" + view + "' has " + std::to_string(table.rows()) +
                   " rows; at least " + std::to_string(kRowsMin) + " are needed");
  }
  return table;
}

Status WriteRows(query::Connection& connection, const Schema& schema, const Json& report) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  std::vector<Json> rows(report["columns"].items());
  if (report.Has("score")) rows.push_back(report["score"]);
  size_t filled = 0;
  for (const Json& row : rows) {
    writer->column(0).SetText(filled, row["column"].AsString());
    writer->column(1).SetText(filled, row["kind"].AsString());
    writer->column(2).SetDouble(filled, row["psi"].AsDouble());
    if (row.Has("ks")) {
      writer->column(3).SetDouble(filled, row["ks"].AsDouble());
    } else {
      writer->column(3).SetNull(filled);
    }
    writer->column(4).SetDouble(filled, row["missing_reference"].AsDouble());
    writer->column(5).SetDouble(filled, row["missing_current"].AsDouble());
    writer->column(6).SetText(filled, row["verdict"].AsString());
    if (++filled == query::kChunkRows) {
      TRY(writer->Flush(filled));
      filled = 0;
    }
  }
  TRY(writer->Flush(filled));
  return writer->Finish();
}

}  // namespace

Result<DriftStageOptions> DriftStageOptions::FromJson(const Json& json) {
  OptionReader reader("drift", json);
  DriftStageOptions options;
  options.reference = reader.Text("reference", options.reference);
  options.current = reader.Text("current", options.current);
  options.drift.score = reader.Text("score");
  options.drift.label = reader.Text("label");
  options.drift.drop = reader.Texts("drop");
  options.drift.bins = static_cast<int>(reader.Integer("bins", options.drift.bins, 2, 100));
  RetrainRules& rules = options.drift.rules;
  rules.psi_warn = reader.Number("psi_warn", rules.psi_warn, 0, 10);
  rules.psi_major = reader.Number("psi_major", rules.psi_major, 0, 10);
  rules.major_share = reader.Number("major_share", rules.major_share, 0, 1);
  rules.score_psi = reader.Number("score_psi", rules.score_psi, 0, 10);
  rules.auc_loss = reader.Number("auc_loss", rules.auc_loss, 0, 1);
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> DriftStageOptions::Options() {
  return {
      {"reference", "input", "", "reference", "The input that a model was learnt from."},
      {"current", "input", "", "current", "The input of today."},
      {"score", "column", "", "", "A model's score, judged apart from the features."},
      {"label", "column", "", "", "What happened; with `score`, its quality then and now."},
      {"drop", "list of column", "", "[]", "Columns not to compare."},
      {"bins", "integer", "bins", "10", "Quantile bins of the reference."},
      {"psi_warn", "number", "", "0.1", "PSI from which a column drifts moderately."},
      {"psi_major", "number", "", "0.25", "PSI from which it drifts strongly."},
      {"major_share", "number", "share", "0.3", "Retrain if so many columns drift strongly."},
      {"score_psi", "number", "", "0.25", "Retrain if the score's PSI reaches this."},
      {"auc_loss", "number", "", "0.03", "Retrain if the AUC fell by more, beyond chance."},
  };
}

Result<Schema> DriftOutputSchema(const DriftStageOptions& options,
                                 const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const Schema* reference, InputNamed(inputs, options.reference));
  ASSIGN_OR_RETURN(const Schema* current, InputNamed(inputs, options.current));
  for (const std::string& name : options.drift.drop) {
    TRY(ColumnNamed(*reference, options.reference, name).status().WithContext("drift: drop"));
  }
  for (const std::string& name : {options.drift.score, options.drift.label}) {
    if (name.empty()) continue;
    TRY(ColumnNamed(*reference, options.reference, name).status().WithContext("drift"));
    TRY(ColumnNamed(*current, options.current, name).status().WithContext("drift"));
  }
  policies::Label label;
  for (const Schema* schema : {reference, current}) {
    for (const Column& column : schema->columns) {
      label = policies::Label::Join(label, column.label);
    }
  }
  return Schema{{{"column", ColumnType::kText, {}},
                 {"kind", ColumnType::kText, {}},
                 {"psi", ColumnType::kDouble, label},
                 {"ks", ColumnType::kDouble, label},
                 {"missing_reference", ColumnType::kDouble, label},
                 {"missing_current", ColumnType::kDouble, label},
                 {"verdict", ColumnType::kText, label}}};
}

Result<Json> RunDrift(query::Connection& connection,
                      const DriftStageOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, DriftOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Table reference,
                   ReadTable(connection, options.reference, inputs.at(options.reference)));
  ASSIGN_OR_RETURN(const Table current,
                   ReadTable(connection, options.current, inputs.at(options.current)));
  if (context.progress) context.progress(0.5);
  ASSIGN_OR_RETURN(Json report, CompareTables(reference, current, options.drift));
  TRY(WriteRows(connection, schema, report));
  return report;
}

}  // namespace signet::pipelines
