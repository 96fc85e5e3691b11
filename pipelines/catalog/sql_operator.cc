#include "pipelines/catalog/sql_operator.h"

#include <string>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/catalog/stage_operator.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

Result<std::string> SqlOf(const Json& options) {
  OptionReader reader("sql", options);
  std::string sql = reader.RequiredText("sql");
  TRY(reader.Finish());
  return sql;
}

}  // namespace

SqlOperator::SqlOperator() {
  signature_.name = "sql";
  signature_.summary = "One SELECT per partition; its lineage is proved column by column.";
  signature_.shape = Shape::kPerPartition;
  signature_.accepts = {DatasetKind::kGoverned,
                        DatasetKind::kFeatures,
                        DatasetKind::kScores,
                        DatasetKind::kSegment,
                        DatasetKind::kReference};
  signature_.produces = DatasetKind::kFeatures;
  signature_.options = {
      {"sql",
       "text",
       "",
       "required",
       "A SELECT over the inputs whose first column is `subject`; `$param` stands "
       "for a parameter as a typed literal."}};
}

Result<Schema> SqlOperator::Bind(const BindRequest& request) const {
  ASSIGN_OR_RETURN(const std::string sql, SqlOf(request.options));
  ASSIGN_OR_RETURN(const query::SelectAnalysis analysis, query::AnalyseSelect(sql, request.inputs));
  Schema schema;
  for (const query::OutputColumn& column : analysis.columns) {
    query::ColumnSet flowing = column.values;
    flowing.insert(column.indirect.begin(), column.indirect.end());
    Column out;
    out.name = column.name;
    out.type = column.type;
    if (!flowing.empty()) out.label = JoinedLabel(request.inputs, flowing);
    schema.columns.push_back(std::move(out));
  }
  if (schema.columns.empty() || schema.columns[0].name != kSubjectColumn ||
      schema.columns[0].type != ColumnType::kUuid) {
    return Invalid("the first column of the SELECT must be `subject`");
  }
  return schema;
}

Status SqlOperator::Run(TaskContext& context) const {
  ASSIGN_OR_RETURN(const std::string sql, SqlOf(context.spec().options));
  TRY(context.OpenInputs());
  const TaskOutput& output = context.Output("out");
  std::string columns;
  for (const Column& column : output.schema.columns) {
    if (!columns.empty()) columns += ", ";
    columns += "CAST(" + SqlName(column.name) + " AS " + std::string(SqlTypeOf(column.type)) +
               ") AS " + SqlName(column.name);
  }
  TRY(context.sql().Execute("CREATE TABLE out AS SELECT " + columns + " FROM (" + sql + ")"));
  TRY(context.WriteOutput(output));
  context.result().figures = Json::Of({{"rows", context.result().rows}});
  return OkStatus();
}

}  // namespace signet::pipelines
