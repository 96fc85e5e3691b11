#include "pipelines/experiments/arm_statistics.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

constexpr char kTable[] = "signet_experiment_units";
constexpr char kMetric[] = "signet_experiment_metric";
constexpr int kSegmentUnitsMin = 10;

/// A unit's segment or stratum; of several, the first by name.
std::string Group(const std::string& column) {
  if (column.empty()) return "NULL::VARCHAR";
  return "coalesce(min(CAST(" + SqlName(column) + " AS VARCHAR)), '(none)')";
}

/// unit(subject, arm, since, g, s): each subject once; `since` is NULL when its outcomes count
/// always.
Result<std::string> UnitsSql(const ExperimentOptions& o, Timestamp as_of) {
  const std::string assigned = o.assigned_at.empty()
                                   ? "NULL::TIMESTAMP"
                                   : "min(CAST(" + SqlName(o.assigned_at) + " AS TIMESTAMP))";
  std::string start = "NULL::TIMESTAMP";
  if (!o.start.empty()) {
    ASSIGN_OR_RETURN(const Timestamp moment, ResolveMoment(o.start, as_of));
    start = TimestampSql(moment);
  }
  std::string sql = "WITH assigned AS (SELECT subject, min(CAST(" + SqlName(o.arm) +
                    " AS VARCHAR)) AS arm, count(DISTINCT CAST(" + SqlName(o.arm) +
                    " AS VARCHAR)) AS arms, " + assigned + " AS since, " + Group(o.segment) +
                    " AS g, " + Group(o.stratum) + " AS s FROM " + SqlName(o.units) +
                    " WHERE subject IS NOT NULL AND " + SqlName(o.arm) +
                    " IS NOT NULL GROUP BY subject)";
  if (o.exposures.empty()) {
    return sql + " SELECT subject, arm, arms, g, s, true AS analysed, greatest(" + start +
           ", since) AS since FROM assigned";
  }
  const std::string exposed = o.exposed_at.empty()
                                  ? "NULL::TIMESTAMP"
                                  : "min(CAST(" + SqlName(o.exposed_at) + " AS TIMESTAMP))";
  sql += ", exposed AS (SELECT subject, " + exposed + " AS seen FROM " + SqlName(o.exposures) +
         " WHERE subject IS NOT NULL GROUP BY subject)";
  return sql + " SELECT a.subject, arm, arms, g, s, e.subject IS NOT NULL AS analysed, greatest(" +
         start +
         ", coalesce(e.seen, since)) AS since FROM assigned a LEFT JOIN exposed e ON e.subject = "
         "a.subject";
}

std::string Decimal(const std::string& sql) {
  return "TRY_CAST(" + sql + " AS DECIMAL(18,4))";
}

/// A row's contribution: a boolean counts 1 or 0.
std::string RowValue(const std::string& column) {
  return "coalesce(TRY_CAST(o." + SqlName(column) + " AS DECIMAL(18,4)), 0)";
}

/// Aggregates of a unit's rows that meet `when`.
std::string ValueSql(const MetricOptions& metric, const std::string& when) {
  const std::string filter = " FILTER (" + when + ")";
  if (metric.design.kind == MetricKind::kProportion) {
    return metric.value.empty()
               ? "least(count(*)" + filter + ", 1)"
               : "coalesce(max((" + RowValue(metric.value) + " <> 0)::INT)" + filter + ", 0)";
  }
  return "coalesce(sum(" + RowValue(metric.value) + ")" + filter + ", 0)";
}

Status ReadCounts(query::Connection& connection, UnitCounts& counts) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query(std::string("SELECT arm, count(*), count(*) FILTER (analysed) FROM ") +
                       kTable + " GROUP BY arm ORDER BY arm"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      counts.arms.emplace_back(chunk.Text(0, r));
      counts.assigned.push_back(static_cast<double>(chunk.Int64(1, r)));
      counts.analysed.push_back(static_cast<double>(chunk.Int64(2, r)));
    }
  }
}

/// Groups with fewer than kSegmentUnitsMin analysed units in an arm go under one name: their
/// figures would speak of a few people.
Status JoinSmallGroups(query::Connection& connection, const std::string& column) {
  const std::string table = kTable;
  return connection.Execute(
      "UPDATE " + table + " SET " + column + " = '(small groups)' WHERE " + column +
      " IN (SELECT g.name FROM (SELECT DISTINCT " + column + " AS name FROM " + table +
      ") g CROSS JOIN (SELECT DISTINCT arm FROM " + table + ") a LEFT JOIN " + table + " t ON t." +
      column +
      " = g.name AND t.arm = a.arm AND t.analysed GROUP BY g.name, a.arm HAVING "
      "count(t.subject) < " +
      std::to_string(kSegmentUnitsMin) + ")");
}

}  // namespace

Result<UnitTable> UnitTable::Build(query::Connection& connection,
                                   const ExperimentOptions& options,
                                   const StageContext& context) {
  UnitTable table(connection);
  table.has_segment_ = !options.segment.empty();
  table.has_stratum_ = !options.stratum.empty();
  Timestamp end = context.as_of;
  if (!options.end.empty()) {
    ASSIGN_OR_RETURN(end, ResolveMoment(options.end, context.as_of));
    if (end > context.as_of) return Invalid("experiment: 'end' lies after as_of");
  }
  table.end_sql_ = TimestampSql(end);
  const std::string name = kTable;
  ASSIGN_OR_RETURN(const std::string sql, UnitsSql(options, context.as_of));
  TRY(connection.Execute("CREATE OR REPLACE TEMP TABLE " + name + " AS " + sql));
  ASSIGN_OR_RETURN(table.counts_.in_several_arms,
                   connection.QueryInt64("SELECT count(*) FROM " + name + " WHERE arms > 1"));
  TRY(connection.Execute("DELETE FROM " + name + " WHERE arms > 1"));
  TRY(ReadCounts(connection, table.counts_));
  for (const char* group : {"g", "s"}) TRY(JoinSmallGroups(connection, group));
  return table;
}

std::string UnitTable::PerUnitSql(const MetricOptions& metric) const {
  std::string after = "true";
  std::string before = "false";
  if (!metric.time.empty()) {
    const std::string time = "CAST(o." + SqlName(metric.time) + " AS TIMESTAMP)";
    after = time + " < " + end_sql_ + " AND (u.since IS NULL OR " + time + " >= u.since)";
    if (metric.cuped_seconds > 0) {
      before = time + " < u.since AND " + time + " >= u.since - to_seconds(" +
               std::to_string(metric.cuped_seconds) + ")";
    }
  }
  std::string denominator = "0";
  if (metric.design.kind == MetricKind::kRatio) {
    denominator = metric.per == "rows"
                      ? "count(*) FILTER (" + after + ")"
                      : "coalesce(sum(" + RowValue(metric.per) + ") FILTER (" + after + "), 0)";
  }
  return "SELECT u.subject, " + Decimal(ValueSql(metric, after)) + " AS y, " +
         Decimal(denominator) + " AS d, " + Decimal(ValueSql(metric, before)) + " AS x FROM " +
         SqlName(metric.input) + " o JOIN " + kTable +
         " u ON u.subject = o.subject WHERE u.analysed GROUP BY u.subject";
}

Result<UnitRows> UnitTable::Read(const MetricOptions& metric) const {
  const std::string missing = metric.design.kind == MetricKind::kQuantile ? "NULL" : "0";
  // A table: a view would be computed again by each of the questions that follow.
  TRY(connection_->Execute(std::string("CREATE OR REPLACE TEMP TABLE ") + kMetric +
                           " AS SELECT u.arm, u.g, u.s, coalesce(m.y, " + missing +
                           ") AS y, coalesce(m.d, 0) AS d, coalesce(m.x, 0) AS x FROM " + kTable +
                           " u LEFT JOIN (" + PerUnitSql(metric) +
                           ") m ON m.subject = u.subject WHERE u.analysed"));
  UnitRowsSpec spec;
  spec.table = kMetric;
  spec.arm = "arm";
  if (metric.cuped_seconds > 0) spec.covariate = "x";
  if (has_segment_) spec.segment = "g";
  if (has_stratum_) spec.stratum = "s";
  MetricColumns columns;
  columns.design = metric.design;
  columns.value = "y";
  if (metric.design.kind == MetricKind::kRatio) columns.per = "d";
  columns.winsorise = metric.winsorise;
  spec.metrics.push_back(std::move(columns));
  return ReadUnitRows(*connection_, spec);
}

}  // namespace signet::pipelines
