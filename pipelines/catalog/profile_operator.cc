#include "pipelines/catalog/profile_operator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/catalog/quasi_levels.h"
#include "policies/disclosure/class_measures.h"
#include "policies/disclosure/disclosure.h"
#include "policies/disclosure/generalisation_search.h"
#include "policies/disclosure/rare_values.h"

namespace signet::pipelines {
namespace {

using policies::Codes;
using policies::PublicationRule;

bool IsOrdered(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble ||
         type == ColumnType::kDecimal || type == ColumnType::kDate ||
         type == ColumnType::kTimestamp;
}

bool HasValues(ColumnType type) {
  return type == ColumnType::kText || type == ColumnType::kBool;
}

/// Two significant digits: a quantile is some person's value.
double Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  return std::round(value / scale) * scale;
}

/// Each subject's smallest value as a number; dates as days.
std::string NumberSql(const Column& column) {
  const std::string name = SqlName(column.name);
  if (column.type == ColumnType::kDate || column.type == ColumnType::kTimestamp) {
    return "CAST(epoch(CAST(" + name + " AS TIMESTAMP)) / 86400 AS DOUBLE)";
  }
  return "CAST(" + name + " AS DOUBLE)";
}

Result<std::vector<double>> Numbers(query::Connection& sql, const Column& column) {
  const std::string number = NumberSql(column);
  ASSIGN_OR_RETURN(const auto rows,
                   sql.Query("SELECT min(" + number + ") FROM rows WHERE " + SqlName(column.name) +
                             " IS NOT NULL GROUP BY subject"));
  std::vector<double> numbers;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) numbers.push_back(chunk.column(0).Double(r));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<std::map<std::string, int64_t>> ValueCounts(query::Connection& sql, const Column& column) {
  const std::string name = SqlName(column.name);
  ASSIGN_OR_RETURN(
      const auto rows,
      sql.Query("SELECT CAST(" + name + " AS VARCHAR), count(DISTINCT subject) FROM rows WHERE " +
                name + " IS NOT NULL GROUP BY 1"));
  std::map<std::string, int64_t> counts;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return counts;
    for (size_t r = 0; r < chunk.size(); ++r) {
      counts.emplace(std::string(chunk.Text(0, r)), chunk.column(1).Int64(r));
    }
  }
}

/// A number of people where it may be told; nothing for a small group and its complement.
Json People(int64_t count, int64_t all, const PublicationRule& rule) {
  const bool rest_is_small = all - count > 0 && all - count < rule.min_group;
  if (!policies::CheckGroup(count, rule).allowed || rest_is_small) return Json();
  return Json(count);
}

Status AddNumbers(query::Connection& sql,
                  const Column& column,
                  const PublicationRule& rule,
                  Json& json) {
  ASSIGN_OR_RETURN(const std::vector<double> numbers, Numbers(sql, column));
  const std::optional<policies::CodedRange> range = policies::CodeRange(numbers, rule.min_group);
  if (!range.has_value()) return OkStatus();
  const auto at = [&](double share) {
    const auto index = static_cast<size_t>(share * static_cast<double>(numbers.size() - 1));
    return Rounded(std::clamp(numbers[index], range->bottom, range->top));
  };
  json.Set("bottom", Rounded(range->bottom));
  json.Set("quartiles", Json::List({at(0.25), at(0.5), at(0.75)}));
  json.Set("top", Rounded(range->top));
  return OkStatus();
}

Status AddValues(query::Connection& sql,
                 const Column& column,
                 const PublicationRule& rule,
                 Json& json) {
  const std::string name = SqlName(column.name);
  ASSIGN_OR_RETURN(const int64_t distinct,
                   sql.QueryInt64("SELECT count(DISTINCT " + name + ") FROM rows"));
  if (distinct > kProfileValuesMax) return OkStatus();
  ASSIGN_OR_RETURN(const auto counts, ValueCounts(sql, column));
  const policies::ShownValues shown = policies::MergeRareValues(counts, rule.min_group);
  Json values{Json::Array()};
  for (const auto& [value, people] : shown.shown) {
    values.Push(Json::Of({{"value", value}, {"people", people}}));
  }
  json.Set("values", std::move(values));
  json.Set("rest", shown.rest);
  return OkStatus();
}

Result<Json> ColumnJson(query::Connection& sql,
                        const Column& column,
                        int64_t people,
                        const PublicationRule& rule) {
  Json json = Json::Of({{"name", column.name}, {"type", ColumnTypeName(column.type)}});
  ASSIGN_OR_RETURN(const int64_t with,
                   sql.QueryInt64("SELECT count(DISTINCT subject) FROM rows WHERE " +
                                  SqlName(column.name) + " IS NOT NULL"));
  json.Set("people", People(with, people, rule));
  json.Set("missing", People(people - with, people, rule));
  if (with < rule.min_group) return json;
  if (IsOrdered(column.type)) TRY(AddNumbers(sql, column, rule, json));
  if (HasValues(column.type)) TRY(AddValues(sql, column, rule, json));
  return json;
}

/// One code per subject: its smallest value as text; `texts` by code.
Result<Codes> CodesOf(query::Connection& sql,
                      const std::string& column,
                      std::vector<std::string>* texts = nullptr) {
  ASSIGN_OR_RETURN(const auto rows,
                   sql.Query("SELECT coalesce(min(CAST(" + SqlName(column) +
                             " AS VARCHAR)), '') FROM rows GROUP BY subject ORDER BY subject"));
  Codes codes;
  std::map<std::string, uint32_t> numbers;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return codes;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const auto next = static_cast<uint32_t>(numbers.size());
      const auto [found, fresh] = numbers.emplace(std::string(chunk.Text(0, r)), next);
      if (fresh && texts != nullptr) texts->push_back(found->first);
      codes.push_back(found->second);
    }
  }
}

Result<Json> ClassesJson(query::Connection& sql, const Json& options, const PublicationRule& rule) {
  std::vector<Codes> quasi;
  for (const std::string& column : options["quasi"].AsStrings()) {
    ASSIGN_OR_RETURN(Codes codes, CodesOf(sql, column));
    quasi.push_back(std::move(codes));
  }
  Codes class_of;
  const policies::ClassMeasures classes =
      policies::MeasureClasses(quasi, rule.min_class, &class_of);
  const policies::Verdict verdict = policies::CheckClasses(classes.smallest, rule, "the table");
  Json json = Json::Of({{"columns", options["quasi"]},
                        {"k_reached", verdict.allowed},
                        {"verdict", verdict.message},
                        {"classes", People(static_cast<int64_t>(classes.classes), 0, rule)},
                        {"people_below_k",
                         People(static_cast<int64_t>(classes.rows_below_k),
                                static_cast<int64_t>(classes.rows),
                                rule)}});
  // How small the smallest class is would tell about it; that it is large enough does not.
  if (verdict.allowed) json.Set("k", classes.smallest);
  const std::string& sensitive = options["sensitive"].AsString();
  if (sensitive.empty()) return json;
  ASSIGN_OR_RETURN(const Codes codes, CodesOf(sql, sensitive));
  const policies::SensitiveMeasures measures =
      policies::MeasureSensitive(class_of, classes.classes, codes);
  json.Set("sensitive", sensitive);
  json.Set("l", measures.distinct_l);
  json.Set("entropy_l", Rounded(measures.entropy_l));
  json.Set("t", Rounded(measures.t_equal));
  json.Set("t_ordered", Rounded(measures.t_ordered));
  return json;
}

/// The least generalisation of the quasi-identifiers under which enough people look alike: levels
/// and shares, no values.
Result<Json> SearchJson(query::Connection& sql, const Json& options, const PublicationRule& rule) {
  std::vector<policies::QuasiColumn> columns;
  std::vector<std::vector<std::string>> names;
  const std::vector<std::string> quasi = options["quasi"].AsStrings();
  for (const std::string& name : quasi) {
    std::vector<std::string> texts;
    ASSIGN_OR_RETURN(Codes codes, CodesOf(sql, name, &texts));
    NamedLevels levels = LevelsOf(std::move(codes), texts);
    columns.push_back(std::move(levels.column));
    names.push_back(std::move(levels.names));
  }
  const policies::GeneralisationGoal goal{rule.min_class, options["suppressed_max"].AsDouble()};
  const Result<policies::Generalisation> found = policies::FindGeneralisation(columns, goal);
  Json json = Json::Of({{"k", goal.k}, {"suppressed_max", goal.suppressed_max}});
  if (!found.ok() && found.status().code() == StatusCode::kNotFound) {
    json.Set("found", false);
    return json;
  }
  if (!found.ok()) return found.status();
  Json levels{Json::Array()};
  for (size_t c = 0; c < quasi.size(); ++c) {
    levels.Push(Json::Of({{"column", quasi[c]},
                          {"level", names[c][found->levels[c]]},
                          {"step", found->levels[c]},
                          {"of", names[c].size() - 1}}));
  }
  const auto rows = static_cast<int64_t>(columns.front().values.size());
  json.Set("found", true);
  json.Set("levels", std::move(levels));
  json.Set("suppressed", People(static_cast<int64_t>(found->suppressed), rows, rule));
  json.Set("loss_bits", Rounded(found->loss));
  json.Set("nodes", found->nodes);
  json.Set("nodes_checked", found->nodes_checked);
  return json;
}

PublicationRule RuleOf(const Json& options) {
  PublicationRule rule;
  rule.min_group = options["min_group"].AsInt(rule.min_group);
  rule.min_class = options["min_class"].AsInt(rule.min_class);
  rule.rule = options["rule"].AsString();
  rule.article = options["article"].AsString();
  return rule;
}

}  // namespace

ProfileOperator::ProfileOperator() {
  signature_.name = "profile";
  signature_.summary = "Statistics of a dataset's columns that passed the disclosure gate.";
  signature_.shape = Shape::kOnce;
  signature_.accepts = {
      DatasetKind::kGoverned, DatasetKind::kFeatures, DatasetKind::kScores, DatasetKind::kSegment};
  signature_.produces = DatasetKind::kAggregate;
  signature_.in_documents = false;
}

Result<Schema> ProfileOperator::Bind(const BindRequest& /*request*/) const {
  return Schema{};
}

Status ProfileOperator::Run(TaskContext& context) const {
  const Json& options = context.spec().options;
  const PublicationRule rule = RuleOf(options);
  TRY(context.OpenInputs());
  query::Connection& sql = context.sql();
  ASSIGN_OR_RETURN(const int64_t people,
                   sql.QueryInt64("SELECT count(DISTINCT subject) FROM rows"));
  const policies::Verdict verdict = policies::CheckGroup(people, rule, "the dataset");
  if (!verdict.allowed) {
    context.result().extra = Json::Of({{"refused", verdict.message}, {"rule", verdict.rule}});
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const int64_t rows, sql.QueryInt64("SELECT count(*) FROM rows"));
  Json columns{Json::Array()};
  for (const Column& column : context.spec().inputs.front().schema.columns) {
    if (column.name == kSubjectColumn) continue;
    ASSIGN_OR_RETURN(Json json, ColumnJson(sql, column, people, rule));
    columns.Push(std::move(json));
  }
  Json extra = Json::Of({{"people", people}, {"rows", rows}, {"columns", std::move(columns)}});
  if (options["quasi"].size() > 0) {
    ASSIGN_OR_RETURN(Json classes, ClassesJson(sql, options, rule));
    extra.Set("classes", std::move(classes));
    if (options.Has("suppressed_max")) {
      ASSIGN_OR_RETURN(Json search, SearchJson(sql, options, rule));
      extra.Set("generalisation", std::move(search));
    }
  }
  context.result().extra = std::move(extra);
  return OkStatus();
}

}  // namespace signet::pipelines
