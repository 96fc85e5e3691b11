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

/// unit(subject, arm, since): each subject once; `since` is NULL when its outcomes count always.
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
                    " AS VARCHAR)) AS arms, " + assigned + " AS since FROM " + SqlName(o.units) +
                    " WHERE subject IS NOT NULL AND " + SqlName(o.arm) +
                    " IS NOT NULL GROUP BY subject)";
  if (o.exposures.empty()) {
    return sql + " SELECT subject, arm, arms, true AS analysed, greatest(" + start +
           ", since) AS since FROM assigned";
  }
  const std::string exposed = o.exposed_at.empty()
                                  ? "NULL::TIMESTAMP"
                                  : "min(CAST(" + SqlName(o.exposed_at) + " AS TIMESTAMP))";
  sql += ", exposed AS (SELECT subject, " + exposed + " AS seen FROM " + SqlName(o.exposures) +
         " WHERE subject IS NOT NULL GROUP BY subject)";
  return sql + " SELECT a.subject, arm, arms, e.subject IS NOT NULL AS analysed, greatest(" +
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
  if (metric.kind == MetricKind::kProportion) {
    return metric.value.empty()
               ? "least(count(*)" + filter + ", 1)"
               : "coalesce(max((" + RowValue(metric.value) + " <> 0)::INT)" + filter + ", 0)";
  }
  return "coalesce(sum(" + RowValue(metric.value) + ")" + filter + ", 0)";
}

}  // namespace

Result<UnitTable> UnitTable::Build(query::Connection& connection,
                                   const ExperimentOptions& options,
                                   const StageContext& context) {
  UnitTable table(connection);
  table.units_input_ = options.units;
  Timestamp end = context.as_of;
  if (!options.end.empty()) {
    ASSIGN_OR_RETURN(end, ResolveMoment(options.end, context.as_of));
    if (end > context.as_of) return Invalid("experiment: 'end' lies after as_of");
  }
  table.end_sql_ = TimestampSql(end);
  ASSIGN_OR_RETURN(const std::string sql, UnitsSql(options, context.as_of));
  TRY(connection.Execute(std::string("CREATE OR REPLACE TEMP TABLE ") + kTable + " AS " + sql));
  ASSIGN_OR_RETURN(
      table.in_several_arms_,
      connection.QueryInt64(std::string("SELECT count(*) FROM ") + kTable + " WHERE arms > 1"));
  TRY(connection.Execute(std::string("DELETE FROM ") + kTable + " WHERE arms > 1"));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query(std::string("SELECT arm, count(*), count(*) FILTER (analysed) FROM ") +
                       kTable + " GROUP BY arm ORDER BY arm"));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return table;
    for (size_t r = 0; r < chunk.size(); ++r) {
      table.arms_.push_back({std::string(chunk.Text(0, r)),
                             static_cast<double>(chunk.Int64(1, r)),
                             static_cast<double>(chunk.Int64(2, r))});
    }
  }
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
  if (metric.kind == MetricKind::kRatio) {
    denominator = metric.per == "rows"
                      ? "count(*) FILTER (" + after + ")"
                      : "coalesce(sum(" + RowValue(metric.per) + ") FILTER (" + after + "), 0)";
  }
  return "SELECT u.subject, " + Decimal(ValueSql(metric, after)) + " AS y, " +
         Decimal(denominator) + " AS d, " + Decimal(ValueSql(metric, before)) + " AS x FROM " +
         SqlName(metric.input) + " o JOIN " + kTable +
         " u ON u.subject = o.subject WHERE u.analysed GROUP BY u.subject";
}

Result<std::vector<ArmSums>> UnitTable::Sums(const MetricOptions& metric) const {
  std::string sums = "SELECT arm, count(*)";
  for (const char* term : {"y", "y * y", "d", "d * d", "y * d", "x", "x * x", "x * y"}) {
    sums += std::string(", CAST(sum(") + term + ") AS DOUBLE)";
  }
  const std::string sql =
      sums + " FROM (SELECT u.arm, coalesce(m.y, 0) AS y, coalesce(m.d, 0) AS d, " +
      "coalesce(m.x, 0) AS x FROM " + kTable + " u LEFT JOIN (" + PerUnitSql(metric) +
      ") m ON m.subject = u.subject WHERE u.analysed) "
      "GROUP BY arm ORDER BY arm";
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection_->Query(sql));
  std::vector<ArmSums> all;
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) {
      ArmSums s;
      s.arm = std::string(chunk.Text(0, r));
      double* const fields[] = {&s.units, &s.y, &s.yy, &s.d, &s.dd, &s.yd, &s.x, &s.xx, &s.xy};
      for (size_t c = 0; c < std::size(fields); ++c) *fields[c] = chunk.Double(c + 1, r);
      all.push_back(std::move(s));
    }
  }
  return all;
}

}  // namespace signet::pipelines
