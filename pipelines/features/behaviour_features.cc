#include "pipelines/features/behaviour_features.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/features/feature_block.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

struct FeaturePlan {
  std::vector<FeatureBlock> blocks;
  std::vector<Column> columns;  ///< of `out`
};

Result<FeatureBlock> BlockOf(const EventOptions& event,
                             const FeatureOptions& options,
                             const Schema& schema,
                             Timestamp cutoff) {
  const BlockContext context{event, schema, options.window_seconds, cutoff.micros};
  return event.kind == EventOptions::Kind::kPurchase ? PurchaseBlock(context)
                                                     : ActivityBlock(context);
}

Status CheckSubject(const Schema& schema, const std::string& input) {
  const Column* subject = schema.Find(kSubjectColumn);
  if (subject != nullptr && subject->type == ColumnType::kUuid) return OkStatus();
  return Invalid("features: input '" + input + "' has no subject");
}

/// Carried columns, after checks; an absent population carries none.
Result<std::vector<Column>> Carried(const PopulationOptions& population, const Inputs& inputs) {
  std::vector<Column> carried;
  if (population.input.empty()) return carried;
  ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, population.input));
  TRY(CheckSubject(*schema, population.input));
  for (const std::string& name : population.carry) {
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(*schema, population.input, name));
    if (name == kSubjectColumn || name == kFeaturesAtColumn) {
      return Invalid("features: population.carry cannot hold '" + name + "'");
    }
    carried.push_back(*column);
  }
  if (population.since.empty()) return carried;
  ASSIGN_OR_RETURN(const Column* since, ColumnNamed(*schema, population.input, population.since));
  if (since->type != ColumnType::kTimestamp && since->type != ColumnType::kDate) {
    return Invalid("features: population.since needs a timestamp or date column");
  }
  return carried;
}

Result<FeaturePlan> PlanOf(const FeatureOptions& options, const Inputs& inputs, Timestamp cutoff) {
  FeaturePlan plan;
  policies::Label subject;
  for (const EventOptions& event : options.events) {
    ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, event.input));
    TRY(CheckSubject(*schema, event.input));
    subject = policies::Label::Join(subject, schema->Find(kSubjectColumn)->label);
  }
  ASSIGN_OR_RETURN(std::vector<Column> carried, Carried(options.population, inputs));
  if (!options.population.input.empty()) {
    const Schema& population = inputs.at(options.population.input);
    subject = policies::Label::Join(subject, population.Find(kSubjectColumn)->label);
  }
  plan.columns.push_back({std::string(kSubjectColumn), ColumnType::kUuid, subject});
  plan.columns.push_back({std::string(kFeaturesAtColumn), ColumnType::kTimestamp, {}});
  for (Column& column : carried) plan.columns.push_back(std::move(column));
  for (const EventOptions& event : options.events) {
    const Schema& schema = inputs.at(event.input);
    ASSIGN_OR_RETURN(FeatureBlock block, BlockOf(event, options, schema, cutoff));
    for (const Feature& feature : block.features) {
      ASSIGN_OR_RETURN(policies::Label label, JoinedLabel(schema, feature.sources));
      plan.columns.push_back({feature.name, feature.type, std::move(label)});
    }
    plan.blocks.push_back(std::move(block));
  }
  std::set<std::string> names;
  for (const Column& column : plan.columns) {
    if (!names.insert(column.name).second) {
      return Invalid("features: two features would be called '" + column.name + "'");
    }
  }
  return plan;
}

/// One row per known subject. Several rows of one subject: the greatest value, NULLs aside.
std::string PopulationSql(const PopulationOptions& population, Timestamp cutoff) {
  std::string sql = "SELECT subject";
  for (const std::string& name : population.carry) {
    sql += ", max(" + SqlName(name) + ") AS " + SqlName(name);
  }
  sql += " FROM " + SqlName(population.input) + " WHERE subject IS NOT NULL";
  if (!population.since.empty()) {
    sql += " AND " + SqlName(population.since) + " < " + TimestampSql(cutoff);
  }
  return sql + " GROUP BY subject";
}

std::string FeatureSql(const Feature& feature) {
  return "CAST((" + feature.sql + ") AS " + std::string(SqlTypeOf(feature.type)) + ") AS " +
         SqlName(feature.name);
}

std::string PlanSql(const FeatureOptions& options, const FeaturePlan& plan, Timestamp cutoff) {
  std::vector<std::string> ctes;
  std::vector<std::string> subjects;
  std::string columns =
      "s.subject, " + TimestampSql(cutoff) + " AS " + std::string(kFeaturesAtColumn);
  std::string joins;
  if (!options.population.input.empty()) {
    ctes.push_back("population AS MATERIALIZED (" + PopulationSql(options.population, cutoff) +
                   ")");
    subjects.emplace_back("SELECT subject FROM population");
    for (const std::string& name : options.population.carry) {
      columns += ", population." + SqlName(name);
    }
    joins += " LEFT JOIN population ON population.subject = s.subject";
  }
  for (const FeatureBlock& block : plan.blocks) {
    ctes.insert(ctes.end(), block.ctes.begin(), block.ctes.end());
    const std::string ready = block.table + "_ready";
    std::string select = "SELECT subject";
    for (const Feature& feature : block.features) select += ", " + FeatureSql(feature);
    ctes.push_back(SqlName(ready) + " AS (" + select + " FROM " + SqlName(block.table) + ")");
    subjects.push_back("SELECT subject FROM " + SqlName(block.table) +
                       " WHERE subject IS NOT NULL");
    joins += " LEFT JOIN " + SqlName(ready) + " ON " + SqlName(ready) + ".subject = s.subject";
    for (const Feature& feature : block.features) {
      const std::string value = SqlName(ready) + "." + SqlName(feature.name);
      columns += ", " + (feature.zero_if_absent ? "coalesce(" + value + ", 0)" : value) + " AS " +
                 SqlName(feature.name);
    }
  }
  return "WITH " + Join(ctes, ", ") + " SELECT " + columns + " FROM (" + Join(subjects, " UNION ") +
         ") s" + joins;
}

/// Rows by what became of them; counts only.
Result<Json> InputFigures(query::Connection& connection,
                          const EventOptions& event,
                          Timestamp cutoff) {
  const std::string time = SqlName(event.time);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT count(*), count(" + time + "), count(*) FILTER (" + time + " < " +
                       TimestampSql(cutoff) + ") FROM " + SqlName(event.input)));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
  if (!more || chunk.size() != 1) return Internal("counting rows gave no row");
  const int64_t read = chunk.Int64(0, 0);
  const int64_t timed = chunk.Int64(1, 0);
  const int64_t used = chunk.Int64(2, 0);
  return Json::Of({{"rows", read},
                   {"used", used},
                   {"without_time", read - timed},
                   {"at_or_after_cutoff", timed - used}});
}

}  // namespace

Result<Schema> FeaturesOutputSchema(const FeatureOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(FeaturePlan plan, PlanOf(options, inputs, Timestamp{}));
  return Schema{std::move(plan.columns)};
}

Result<std::string> FeaturesSql(const FeatureOptions& options,
                                const Inputs& inputs,
                                Timestamp cutoff) {
  ASSIGN_OR_RETURN(const FeaturePlan plan, PlanOf(options, inputs, cutoff));
  return PlanSql(options, plan, cutoff);
}

Result<Json> RunFeatures(query::Connection& connection,
                         const FeatureOptions& options,
                         const Inputs& inputs,
                         const StageContext& context) {
  ASSIGN_OR_RETURN(const Timestamp cutoff, ResolveMoment(options.cutoff, context.as_of));
  if (cutoff > context.as_of) return Invalid("features: the cut-off lies after as_of");
  ASSIGN_OR_RETURN(const std::string sql, FeaturesSql(options, inputs, cutoff));
  Json figures = Json::Of({{"cutoff", TimestampText(cutoff)}, {"inputs", Json::Object()}});
  for (const EventOptions& event : options.events) {
    ASSIGN_OR_RETURN(Json counts, InputFigures(connection, event, cutoff));
    figures.Field("inputs").Set(event.input, std::move(counts));
  }
  TRY(connection.Execute("CREATE TABLE out AS " + sql));
  ASSIGN_OR_RETURN(const int64_t subjects, connection.QueryInt64("SELECT count(*) FROM out"));
  figures.Set("subjects", subjects);
  if (context.progress) context.progress(1);
  return figures;
}

}  // namespace signet::pipelines
