#include "pipelines/segments/segment.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

constexpr size_t kTiersMax = 20;

/// The input meant: the one named, or the only one there is.
Result<std::string> InputOf(const SegmentOptions& options,
                            const std::map<std::string, Schema>& inputs) {
  if (!options.input.empty()) {
    TRY(InputNamed(inputs, options.input).status().WithContext("segment"));
    return options.input;
  }
  if (inputs.size() == 1) return inputs.begin()->first;
  return Invalid("segment: several inputs; say which one with 'input'");
}

/// What the condition reads. kInvalid unless it is one boolean about single rows.
Result<query::ColumnSet> ConditionColumns(const SegmentOptions& options,
                                          const std::string& input,
                                          const Schema& schema) {
  Result<query::SelectAnalysis> analysis = query::AnalyseExpression(options.where, input, schema);
  if (!analysis.ok()) return analysis.status().WithContext("segment: where");
  if (analysis->columns.size() != 1 || analysis->columns[0].type != ColumnType::kBool) {
    return Invalid("segment: where must be a condition, true or false for each row");
  }
  if (analysis->aggregates) return Invalid("segment: where cannot aggregate over rows");
  return analysis->read;
}

/// "CASE WHEN clv < 100 THEN 'vip.low' ... END"; a NULL value has no tier and is no member.
std::string SegmentSql(const SegmentOptions& options) {
  const TierOptions& tiers = options.tiers;
  if (tiers.column.empty()) return SqlLiteral(options.name);
  const std::string column = SqlName(tiers.column);
  std::string sql = "CASE WHEN " + column + " IS NULL THEN NULL";
  for (size_t i = 0; i < tiers.cuts.size(); ++i) {
    sql += " WHEN " + column + " < " + Json(tiers.cuts[i]).Dump() + " THEN " +
           SqlLiteral(options.name + "." + tiers.names[i]);
  }
  return sql + " ELSE " + SqlLiteral(options.name + "." + tiers.names.back()) + " END";
}

TierOptions ReadTiers(OptionReader& reader, const Json& json) {
  TierOptions tiers;
  OptionReader inner("segment: tiers", json);
  tiers.column = inner.RequiredText("column");
  for (const Json& cut : inner.List("cuts").items()) {
    if (!cut.is_number()) inner.Fail("'cuts' must be numbers");
    tiers.cuts.push_back(cut.AsDouble());
  }
  tiers.names = inner.Texts("names");
  const bool rising = std::is_sorted(tiers.cuts.begin(), tiers.cuts.end()) &&
                      std::adjacent_find(tiers.cuts.begin(), tiers.cuts.end()) == tiers.cuts.end();
  const std::set<std::string> distinct(tiers.names.begin(), tiers.names.end());
  if (!rising || tiers.names.size() != tiers.cuts.size() + 1 || tiers.cuts.empty() ||
      tiers.names.size() > kTiersMax || distinct.size() != tiers.names.size()) {
    inner.Fail("'cuts' must rise, and 'names' hold one different name more (at most 20)");
  }
  const Status status = inner.Finish();
  if (!status.ok()) reader.Fail(status.message());
  return tiers;
}

}  // namespace

Result<SegmentOptions> SegmentOptions::FromJson(const Json& json) {
  OptionReader reader("segment", json);
  SegmentOptions options;
  options.name = reader.Text("name", "segment");
  options.input = reader.Text("input");
  options.where = reader.Text("where", "true");
  options.keep = reader.Texts("keep");
  const Json& tiers = reader.Map("tiers");
  if (!tiers.is_null()) options.tiers = ReadTiers(reader, tiers);
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> SegmentOptions::Options() {
  return {
      {"name", "text", "", "the step's name", "The segment's name."},
      {"input", "input", "", "the only input", "Where the subjects and their columns are."},
      {"where", "expression", "", "true", "Boolean SQL: who belongs; NULL does not."},
      {"tiers", "map", "", "", "Splits the members: the segment reads name.tier."},
      {"tiers.column",
       "column",
       "",
       "required",
       "The value that decides; subjects without it are left out."},
      {"tiers.cuts",
       "list of number",
       "",
       "required",
       "Rising bounds; a value at a bound is above it."},
      {"tiers.names", "list of text", "", "required", "Lowest first, one more than cuts."},
      {"keep", "list of column", "", "[]", "Columns to keep beside the membership."},
  };
}

Result<Schema> SegmentOutputSchema(const SegmentOptions& options,
                                   const std::map<std::string, Schema>& inputs) {
  ASSIGN_OR_RETURN(const std::string input, InputOf(options, inputs));
  const Schema& schema = inputs.at(input);
  const Column* subject = schema.Find(kSubjectColumn);
  if (subject == nullptr || subject->type != ColumnType::kUuid) {
    return Invalid("segment: input '" + input + "' has no subject");
  }
  ASSIGN_OR_RETURN(query::ColumnSet read, ConditionColumns(options, input, schema));
  if (!options.tiers.column.empty()) {
    ASSIGN_OR_RETURN(const Column* tier, ColumnNamed(schema, input, options.tiers.column));
    const bool number = tier->type == ColumnType::kDouble || tier->type == ColumnType::kInt64 ||
                        tier->type == ColumnType::kDecimal;
    if (!number) return Invalid("segment: tiers need a column of numbers");
    read.insert(input + "." + options.tiers.column);
  }
  policies::Label member = subject->label;
  if (!read.empty()) {
    member = policies::Label::Join(member, JoinedLabel({{input, schema}}, read));
  }
  Schema out{{{std::string(kSubjectColumn), ColumnType::kUuid, member},
              {"segment", ColumnType::kText, member}}};
  for (const std::string& name : options.keep) {
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(schema, input, name));
    if (out.Find(name) != nullptr) return Invalid("segment: keep cannot hold '" + name + "' again");
    out.columns.push_back({name, column->type, policies::Label::Join(column->label, member)});
  }
  return out;
}

Result<Json> RunSegment(query::Connection& connection,
                        const SegmentOptions& options,
                        const std::map<std::string, Schema>& inputs,
                        const StageContext& context) {
  TRY(SegmentOutputSchema(options, inputs).status());
  ASSIGN_OR_RETURN(const std::string input, InputOf(options, inputs));
  std::string keep;
  for (const std::string& name : options.keep) keep += ", " + SqlName(name);
  // The condition ends with a line of its own, so that a comment in it cannot swallow the rest.
  TRY(connection.Execute(
      "CREATE TABLE out AS SELECT subject, " + SegmentSql(options) + " AS segment" + keep +
      " FROM " + SqlName(input) + " WHERE subject IS NOT NULL AND (" + options.where + "\n)" +
      (options.tiers.column.empty() ? ""
                                    : " AND " + SqlName(options.tiers.column) + " IS NOT NULL")));
  ASSIGN_OR_RETURN(const int64_t considered,
                   connection.QueryInt64("SELECT count(*) FROM " + SqlName(input)));
  ASSIGN_OR_RETURN(const int64_t members, connection.QueryInt64("SELECT count(*) FROM out"));
  ASSIGN_OR_RETURN(const int64_t people,
                   connection.QueryInt64("SELECT count(DISTINCT subject) FROM out"));
  if (people != members) {
    return Invalid("segment: input '" + input +
                   "' holds a member twice: one row per subject is expected");
  }
  Json figures = Json::Of({{"considered", considered}, {"members", members}});
  if (!options.tiers.column.empty()) {
    for (const std::string& tier : options.tiers.names) {
      ASSIGN_OR_RETURN(const int64_t count,
                       connection.QueryInt64("SELECT count(*) FROM out WHERE segment = " +
                                             SqlLiteral(options.name + "." + tier)));
      figures.Field("tiers").Set(tier, count);
    }
  }
  if (context.progress) context.progress(1);
  return figures;
}

}  // namespace signet::pipelines
