#include "pipelines/segments/quality_check.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/intervals.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Kind = AssertionOptions::Kind;
using Inputs = std::map<std::string, Schema>;

struct Outcome {
  bool passed = false;
  double measured = 0;
};

Result<std::string> InputOf(const AssertionOptions& a, const Inputs& inputs) {
  if (!a.input.empty()) {
    TRY(InputNamed(inputs, a.input).status());
    return a.input;
  }
  if (inputs.size() == 1) return inputs.begin()->first;
  return Invalid("several inputs; say which one with 'input'");
}

bool IsNumber(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble || type == ColumnType::kDecimal;
}

/// Checks the assertion against the schemas and adds what it reads to `label`.
Status Bind(const AssertionOptions& a, const Inputs& inputs, policies::Label& label) {
  if (a.kind == Kind::kSql) {
    ASSIGN_OR_RETURN(const query::SelectAnalysis analysis,
                     query::AnalyseSelect(a.expression, inputs));
    const bool one_number = analysis.columns.size() == 1 && IsNumber(analysis.columns[0].type);
    if (!one_number) return Invalid("sql must select one number");
    if (!analysis.read.empty()) {
      label = policies::Label::Join(label, JoinedLabel(inputs, analysis.read));
    }
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string input, InputOf(a, inputs));
  const Schema& schema = inputs.at(input);
  for (const std::string& name : a.columns) {
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(schema, input, name));
    if (a.kind == Kind::kRange && !IsNumber(column->type)) {
      return Invalid("range needs a column of numbers");
    }
    label = policies::Label::Join(label, column->label);
  }
  if (a.kind != Kind::kAlways) return OkStatus();
  ASSIGN_OR_RETURN(const query::SelectAnalysis analysis,
                   query::AnalyseExpression(a.expression, input, schema));
  if (analysis.columns.size() != 1 || analysis.columns[0].type != ColumnType::kBool ||
      analysis.aggregates) {
    return Invalid("always must be a condition, true or false for each row");
  }
  if (!analysis.read.empty()) {
    label = policies::Label::Join(label, JoinedLabel({{input, schema}}, analysis.read));
  }
  return OkStatus();
}

/// One number: rows, a share of NULLs, or violations.
std::string MeasureSql(const AssertionOptions& a, const std::string& view) {
  const std::string from = " FROM " + SqlName(view);
  const std::string column = a.columns.empty() ? "" : SqlName(a.columns.front());
  switch (a.kind) {
    case Kind::kMinRows:
      return "SELECT count(*)" + from;
    case Kind::kMaxNullShare:
      return "SELECT (count(*) - count(" + column + "))::DOUBLE / greatest(count(*), 1)" + from;
    case Kind::kUnique: {
      std::vector<std::string> names;
      for (const std::string& name : a.columns) names.push_back(SqlName(name));
      return "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n" + from + " GROUP BY " +
             Join(names, ", ") + ")";
    }
    case Kind::kRange: {
      std::vector<std::string> outside;
      if (a.low) outside.push_back(column + " < " + Json(*a.low).Dump());
      if (a.high) outside.push_back(column + " > " + Json(*a.high).Dump());
      return "SELECT count(*)" + from + " WHERE " + Join(outside, " OR ");
    }
    case Kind::kAlways:
      return "SELECT count(*) FILTER ((" + a.expression + "\n) IS NOT TRUE)" + from;
    case Kind::kSql:
      break;
  }
  return a.expression;
}

Result<Outcome> Measure(query::Connection& connection,
                        const AssertionOptions& a,
                        const Inputs& inputs) {
  std::string view;
  if (a.kind != Kind::kSql) {
    ASSIGN_OR_RETURN(view, InputOf(a, inputs));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT CAST((" + MeasureSql(a, view) + "\n) AS DOUBLE)"));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
  if (!more || chunk.size() != 1) return Invalid("it must give exactly one number");
  Outcome outcome;
  outcome.measured = chunk.IsNull(0, 0) ? 0 : chunk.Double(0, 0);
  outcome.passed =
      a.kind == Kind::kMinRows ? outcome.measured >= a.limit : outcome.measured <= a.limit;
  return outcome;
}

Status WriteOutcomes(query::Connection& connection,
                     const Schema& schema,
                     const CheckOptions& options,
                     const std::vector<Outcome>& outcomes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  if (outcomes.size() > query::kChunkRows) return Exhausted("check: more than 2048 assertions");
  for (size_t r = 0; r < outcomes.size(); ++r) {
    const AssertionOptions& a = options.assertions[r];
    writer->column(0).SetText(r, a.name);
    writer->column(1).SetText(r, a.blocks ? "block" : "warn");
    writer->column(2).SetBool(r, outcomes[r].passed);
    writer->column(3).SetDouble(r, outcomes[r].measured);
    writer->column(4).SetDouble(r, a.limit);
  }
  TRY(writer->Flush(outcomes.size()));
  return writer->Finish();
}

}  // namespace

Result<Schema> CheckOutputSchema(const CheckOptions& options, const Inputs& inputs) {
  policies::Label label;
  for (const AssertionOptions& a : options.assertions) {
    TRY(Bind(a, inputs, label).WithContext("check: assert." + a.name));
  }
  label.identifiability = std::min(label.identifiability, policies::Identifiability::kAggregate);
  return Schema{{{"assertion", ColumnType::kText, {}},
                 {"level", ColumnType::kText, {}},
                 {"passed", ColumnType::kBool, label},
                 {"measured", ColumnType::kDouble, label},
                 {"allowed", ColumnType::kDouble, label}}};
}

Result<Json> RunCheck(query::Connection& connection,
                      const CheckOptions& options,
                      const Inputs& inputs,
                      const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, CheckOutputSchema(options, inputs));
  std::vector<Outcome> outcomes;
  std::vector<std::string> blocking;
  Json figures = Json::Of({{"passed", 0}, {"warnings", 0}});
  for (const AssertionOptions& a : options.assertions) {
    Result<Outcome> outcome = Measure(connection, a, inputs);
    if (!outcome.ok()) return outcome.status().WithContext("check: assert." + a.name);
    const char* counted = outcome->passed ? "passed" : "warnings";
    if (outcome->passed || !a.blocks) figures.Set(counted, figures[counted].AsInt() + 1);
    const Json measured = Rounded(outcome->measured);
    if (!outcome->passed && a.blocks) {
      blocking.push_back("'" + a.name + "' measured " + measured.Dump() +
                         (a.kind == Kind::kMinRows ? ", at least " : ", at most ") +
                         Json(a.limit).Dump() + " allowed");
    }
    figures.Field("assertions")
        .Set(a.name,
             Json::Of({{"passed", outcome->passed},
                       {"measured", measured},
                       {"limit", a.limit},
                       {"level", a.blocks ? "block" : "warn"}}));
    outcomes.push_back(*outcome);
    if (context.progress) {
      context.progress(static_cast<double>(outcomes.size()) /
                       static_cast<double>(options.assertions.size()));
    }
  }
  if (!blocking.empty()) return Invalid("data check failed: " + Join(blocking, "; "));
  TRY(WriteOutcomes(connection, schema, options, outcomes));
  return figures;
}

}  // namespace signet::pipelines
