#include "pipelines/experiments/unit_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/experiments/unit_table.h"
#include "pipelines/experiments/value_sql.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kArmsMax = 20;
constexpr size_t kGroupsMax = 500;
constexpr double kLargest = 1e150;  ///< squares stay finite
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The rows as a SELECT: u, a, g, s, x, then y<i> and d<i> per metric.
struct Source {
  std::string sql;
  std::vector<std::string> values;  ///< names of y, d and x columns in use
};

Result<Source> SourceOf(query::Connection& connection, const UnitRowsSpec& spec) {
  Source source;
  source.sql = "SELECT " + (spec.unit.empty() ? "row_number() OVER ()" : spec.unit) +
               " AS u, CAST(" + spec.arm + " AS VARCHAR) AS a";
  const auto text = [&](const std::string& sql, const char* name) {
    if (!sql.empty()) source.sql += ", CAST(" + sql + " AS VARCHAR) AS " + name;
  };
  text(spec.segment, "g");
  text(spec.stratum, "s");
  const auto number = [&](const std::string& sql, const std::string& name) -> Status {
    ASSIGN_OR_RETURN(const std::string value, NumberSql(connection, spec.table, sql));
    source.sql += ", " + value + " AS " + name;
    source.values.push_back(name);
    return OkStatus();
  };
  if (!spec.covariate.empty()) TRY(number(spec.covariate, "x"));
  for (size_t m = 0; m < spec.metrics.size(); ++m) {
    TRY(number(spec.metrics[m].value, "y" + std::to_string(m)));
    if (!spec.metrics[m].per.empty()) TRY(number(spec.metrics[m].per, "d" + std::to_string(m)));
  }
  source.sql += " FROM " + SqlName(spec.table);
  return source;
}

Status ForEachChunk(query::Connection& connection,
                    const std::string& sql,
                    const std::function<Status(const query::Chunk&)>& take) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    TRY(take(chunk));
  }
}

Result<std::vector<std::string>> Names(query::Connection& connection, const std::string& sql) {
  std::vector<std::string> names;
  TRY(ForEachChunk(connection, sql, [&](const query::Chunk& chunk) {
    for (size_t r = 0; r < chunk.size(); ++r) names.emplace_back(chunk.Text(0, r));
    return OkStatus();
  }));
  return names;
}

/// Streams units into sums.
class Reader {
 public:
  Reader(const UnitRowsSpec& spec, UnitRows& out) : spec_(spec), out_(out) {}

  /// The columns in the order in which Take reads them.
  [[nodiscard]] std::string Columns() const {
    std::string columns = "CASE a";
    for (size_t a = 0; a < out_.units.arms.size(); ++a) {
      columns += " WHEN " + SqlLiteral(out_.units.arms[a]) + " THEN " + std::to_string(a);
    }
    columns += " END";
    if (!spec_.segment.empty()) columns += ", coalesce(g, '(none)')";
    if (!spec_.stratum.empty()) columns += ", coalesce(s, '(none)')";
    if (!spec_.covariate.empty()) columns += ", x";
    for (size_t m = 0; m < spec_.metrics.size(); ++m) {
      columns += ", y" + std::to_string(m);
      if (!spec_.metrics[m].per.empty()) columns += ", d" + std::to_string(m);
    }
    return columns;
  }

  void Prepare(const std::vector<std::string>& strata, double covariate_mean) {
    covariate_mean_ = covariate_mean;
    const size_t arms = out_.units.arms.size();
    const size_t segments = std::max<size_t>(1, out_.segments.size());
    for (const MetricColumns& metric : spec_.metrics) {
      MetricSums sums;
      sums.segments.assign(segments, std::vector<MomentSums>(arms));
      sums.strata.assign(strata.size(), std::vector<MomentSums>(arms));
      if (metric.design.kind == MetricKind::kQuantile) sums.values.resize(arms);
      sums.missing.assign(arms, 0);
      out_.sums.push_back(std::move(sums));
    }
    for (size_t i = 0; i < out_.segments.size(); ++i) segment_of_[out_.segments[i]] = i;
    for (size_t i = 0; i < strata.size(); ++i) stratum_of_[strata[i]] = i;
  }

  Status Take(const query::Chunk& chunk) {
    size_t next = 1;
    Places(chunk, spec_.segment.empty() ? 0 : next++, segment_of_, segments_);
    Places(chunk, spec_.stratum.empty() ? 0 : next++, stratum_of_, strata_);
    const size_t x = spec_.covariate.empty() ? 0 : next++;
    for (size_t m = 0; m < spec_.metrics.size(); ++m) {
      const size_t y = next++;
      const size_t d = spec_.metrics[m].per.empty() ? 0 : next++;
      TRY(TakeMetric(chunk, m, y, d, x));
    }
    return OkStatus();
  }

 private:
  static void Places(const query::Chunk& chunk,
                     size_t column,
                     const std::unordered_map<std::string, size_t>& of,
                     std::vector<size_t>& places) {
    places.assign(chunk.size(), 0);
    for (size_t r = 0; r < chunk.size() && column > 0; ++r) {
      places[r] = of.at(std::string(chunk.Text(column, r)));
    }
  }

  /// NaN for none.
  static double ValueAt(const query::ColumnView& column, size_t row) {
    return column.IsNull(row) ? kNone : column.Double(row);
  }

  /// Also false for NaN.
  static bool InBounds(double value) { return std::fabs(value) <= kLargest; }

  static bool Fits(const MetricDesign& design, double value, double per) {
    const bool yes_or_no = value == 0 || value == 1;
    return InBounds(value) && InBounds(per) &&
           (design.kind != MetricKind::kProportion || yes_or_no);
  }

  /// Why it does not fit.
  static Status Misfit(const MetricDesign& design, double value, double per) {
    if (!InBounds(value) || !InBounds(per)) {
      return Invalid("'" + design.name + "' holds an infinite or enormous value");
    }
    return Invalid("'" + design.name + "' holds values besides 0 and 1")
        .WithRemedy(
            "a proportion asks yes or no: write a condition such as \"column > 0\", or "
            "compare it as a mean");
  }

  Status TakeMetric(const query::Chunk& chunk, size_t m, size_t y, size_t d, size_t x) {
    const MetricDesign& design = spec_.metrics[m].design;
    MetricSums& sums = out_.sums[m];
    const query::ColumnView& values = chunk.column(y);
    const bool adjusted = design.adjusted && x > 0;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const auto arm = static_cast<size_t>(chunk.Int64(0, r));
      const double value = ValueAt(values, r);
      const double per = d > 0 ? ValueAt(chunk.column(d), r) : 0;
      if (std::isnan(value) || std::isnan(per)) {
        ++sums.missing[arm];
        continue;
      }
      if (!Fits(design, value, per)) return Misfit(design, value, per);
      const double covariate = adjusted ? Covariate(chunk.column(x), r) : 0;
      if (!InBounds(covariate)) {
        return Invalid("the covariate holds an infinite or enormous value");
      }
      if (!sums.values.empty()) sums.values[arm].Add(value);
      sums.segments[segments_[r]][arm].Add(value, per, covariate);
      if (!sums.strata.empty()) sums.strata[strata_[r]][arm].Add(value, per, covariate);
    }
    return OkStatus();
  }

  [[nodiscard]] double Covariate(const query::ColumnView& column, size_t row) const {
    const double value = ValueAt(column, row);
    return std::isnan(value) ? covariate_mean_ : value;
  }

  const UnitRowsSpec& spec_;
  UnitRows& out_;
  double covariate_mean_ = 0;
  std::unordered_map<std::string, size_t> segment_of_, stratum_of_;
  std::vector<size_t> segments_, strata_;  ///< of the chunk's rows
};

/// Arms with their units; more than can be read are refused before anything is summed.
Status ReadArms(query::Connection& connection, const std::string& units, UnitCounts& counts) {
  TRY(ForEachChunk(connection,
                   "SELECT a, count(*) FROM (" + units + ") GROUP BY a ORDER BY a LIMIT 1000",
                   [&](const query::Chunk& chunk) {
                     for (size_t r = 0; r < chunk.size(); ++r) {
                       counts.arms.emplace_back(chunk.Text(0, r));
                       counts.assigned.push_back(chunk.Double(1, r));
                     }
                     return OkStatus();
                   }));
  counts.analysed = counts.assigned;
  if (counts.arms.size() <= kArmsMax) return OkStatus();
  return Invalid("the arm column has more than 20 values")
      .WithRemedy("name the column that says which variant a unit was shown");
}

Result<double> CovariateMean(query::Connection& connection,
                             const UnitRowsSpec& spec,
                             const std::string& units,
                             Json& reading) {
  if (spec.covariate.empty()) return 0.0;
  ASSIGN_OR_RETURN(
      const int64_t missing,
      connection.QueryInt64("SELECT count(*) FROM (" + units + ") WHERE x IS NULL OR isnan(x)"));
  reading.Set("covariate_missing", missing);
  if (missing == 0) return 0.0;
  ExactSum sum;
  double n = 0;
  TRY(ForEachChunk(connection,
                   "SELECT x FROM (" + units + ") WHERE isfinite(x)",
                   [&](const query::Chunk& chunk) {
                     for (size_t r = 0; r < chunk.size(); ++r) sum.Add(chunk.Double(0, r));
                     n += static_cast<double>(chunk.size());
                     return OkStatus();
                   }));
  return n > 0 ? sum.Value() / n : 0.0;
}

/// The SELECT of units, each once and in one arm.
Result<std::string> UnitsOf(query::Connection& connection,
                            const UnitRowsSpec& spec,
                            const std::string& rows,
                            UnitRows& out) {
  ASSIGN_OR_RETURN(const int64_t all,
                   connection.QueryInt64("SELECT count(*) FROM " + SqlName(spec.table)));
  const std::string kept = "(" + rows + ") WHERE u IS NOT NULL AND a IS NOT NULL";
  ASSIGN_OR_RETURN(const int64_t usable, connection.QueryInt64("SELECT count(*) FROM " + kept));
  out.reading = Json::Of({{"rows", all}, {"rows_without_unit_or_arm", all - usable}});
  if (usable == 0) return Invalid("no row names both a unit and an arm");
  int64_t units = usable;
  if (!spec.unit.empty()) {
    ASSIGN_OR_RETURN(units, connection.QueryInt64("SELECT count(DISTINCT u) FROM " + kept));
  }
  out.reading.Set("units", units);
  std::string sql = "SELECT * FROM " + kept;
  if (units < usable) {
    TRY(GroupUnits(connection, spec, rows, out.reading));
    ASSIGN_OR_RETURN(out.units.in_several_arms,
                     connection.QueryInt64("SELECT count(*) FROM signet_units WHERE arms > 1"));
    if (out.units.in_several_arms == units) {
      return Invalid("every unit is in several arms: nothing can be compared")
          .WithRemedy("check the unit and arm columns");
    }
    sql = "SELECT * FROM signet_units WHERE arms = 1";
  }
  return CappedUnits(connection, spec, sql, out.reading);
}

}  // namespace

Result<UnitRows> ReadUnitRows(query::Connection& connection, const UnitRowsSpec& spec) {
  ASSIGN_OR_RETURN(const Source source, SourceOf(connection, spec));
  UnitRows out;
  ASSIGN_OR_RETURN(const std::string units, UnitsOf(connection, spec, source.sql, out));
  TRY(ReadArms(connection, units, out.units));
  const auto groups = [&](const std::string& column) {
    return Names(connection,
                 "SELECT DISTINCT coalesce(" + column + ", '(none)') AS n FROM (" + units +
                     ") ORDER BY n LIMIT " + std::to_string(kGroupsMax + 1));
  };
  std::vector<std::string> strata;
  if (!spec.segment.empty()) {
    ASSIGN_OR_RETURN(out.segments, groups("g"));
  }
  if (!spec.stratum.empty()) {
    ASSIGN_OR_RETURN(strata, groups("s"));
  }
  if (out.segments.size() > kGroupsMax || strata.size() > kGroupsMax) {
    return Invalid("a segment or stratum column has more than 500 values")
        .WithRemedy("group its values first, for example by ntile or CASE");
  }
  ASSIGN_OR_RETURN(const double mean, CovariateMean(connection, spec, units, out.reading));
  Reader reader(spec, out);
  reader.Prepare(strata, mean);
  TRY(ForEachChunk(connection,
                   "SELECT " + reader.Columns() + " FROM (" + units + ")",
                   [&](const query::Chunk& chunk) { return reader.Take(chunk); }));
  TRY(connection.Execute("DROP TABLE IF EXISTS signet_units"));
  return out;
}

}  // namespace signet::pipelines
