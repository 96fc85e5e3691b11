#include "pipelines/experiments/unit_table.h"

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

/// Columns of one metric, or of the covariate, that are added up or taken once together.
struct Bundle {
  std::string name;
  std::vector<std::string> columns;
  bool share = false;  ///< a proportion, which is never added up
};

std::vector<Bundle> Bundles(const UnitRowsSpec& spec) {
  std::vector<Bundle> bundles;
  if (!spec.covariate.empty()) bundles.push_back({"the covariate", {"x"}, false});
  for (size_t m = 0; m < spec.metrics.size(); ++m) {
    const MetricDesign& design = spec.metrics[m].design;
    bundles.push_back(
        {design.name, {"y" + std::to_string(m)}, design.kind == MetricKind::kProportion});
    if (!spec.metrics[m].per.empty()) bundles.back().columns.push_back("d" + std::to_string(m));
  }
  return bundles;
}

std::string VariesSql(const std::string& column) {
  return "max(" + column + ") <> min(" + column + ")";
}

std::string SumSql(const std::string& column) {
  return "sum(" + column + " ORDER BY " + column + ") AS " + column;
}

std::string OnceSql(const std::string& column) {
  return "max(" + column + ") AS " + column;
}

/// Whether the rows of a unit are added up. kInvalid where they differ and must not.
Result<bool> AddsUp(query::Connection& connection,
                    const UnitRowsSpec& spec,
                    const std::string& kept,
                    const Bundle& bundle) {
  if (bundle.share) return false;
  if (spec.repeats == UnitRowsSpec::Repeats::kSum) return true;
  std::string differs;
  for (const std::string& column : bundle.columns) {
    differs += (differs.empty() ? "" : " OR ") + VariesSql(column);
  }
  ASSIGN_OR_RETURN(const int64_t varied,
                   connection.QueryInt64("SELECT count(*) FROM (SELECT u FROM " + kept +
                                         " GROUP BY u, a HAVING " + differs + ")"));
  if (varied > 0 && spec.repeats == UnitRowsSpec::Repeats::kOnce) {
    return Invalid(std::to_string(varied) + " units have several rows that differ in '" +
                   bundle.name + "'")
        .WithRemedy("aggregate the file to one row per unit, or let rows be added up");
  }
  return varied > 0;
}

/// Column `y` capped at its quantile `p` and, where it goes below zero, at its mirror; empty where
/// it has no values. `caps` says where.
Result<std::string> CappedSql(query::Connection& connection,
                              const std::string& units,
                              const std::string& y,
                              double p,
                              Json& caps) {
  const auto quantile = [&](double share) {
    return connection.QueryText("SELECT CAST(quantile_disc(" + y + ", " + Json(share).Dump() +
                                ") AS VARCHAR) FROM (" + units + ") WHERE isfinite(" + y + ")");
  };
  ASSIGN_OR_RETURN(const std::string high, quantile(p));
  if (high.empty()) return std::string();
  ASSIGN_OR_RETURN(const std::string lowest,
                   connection.QueryText("SELECT CAST(coalesce(min(" + y +
                                        "), 0) AS VARCHAR) FROM (" + units + ")"));
  std::string capped = "least(" + y + ", " + high + ")";
  caps = Json::Of({{"quantile", p}, {"high", Rounded(*DoubleFromText(high), 12)}});
  if (!lowest.empty() && lowest[0] == '-') {
    ASSIGN_OR_RETURN(const std::string low, quantile(1 - p));
    capped = "greatest(" + capped + ", " + low + ")";
    caps.Set("low", Rounded(*DoubleFromText(low), 12));
  }
  return "CASE WHEN " + y + " IS NOT NULL THEN " + capped + " END AS " + y;
}

}  // namespace

Status GroupUnits(query::Connection& connection,
                  const UnitRowsSpec& spec,
                  const std::string& rows,
                  Json& reading) {
  const std::string kept = "(" + rows + ") WHERE u IS NOT NULL AND a IS NOT NULL";
  std::string columns = "u, min(a) AS a, count(DISTINCT a) AS arms, count(*) AS n";
  if (!spec.segment.empty()) columns += ", min(g) AS g";
  if (!spec.stratum.empty()) columns += ", min(s) AS s";
  Json added{Json::Array()};
  for (const Bundle& bundle : Bundles(spec)) {
    ASSIGN_OR_RETURN(const bool add, AddsUp(connection, spec, kept, bundle));
    if (add) added.Push(bundle.name);
    for (const std::string& column : bundle.columns) {
      columns += ", " + (add ? SumSql(column) : OnceSql(column));
    }
  }
  TRY(connection.Execute("CREATE OR REPLACE TEMP TABLE signet_units AS SELECT " + columns +
                         " FROM " + kept + " GROUP BY u"));
  ASSIGN_OR_RETURN(const int64_t repeated,
                   connection.QueryInt64("SELECT count(*) FROM signet_units WHERE n > 1"));
  reading.Set("units_with_several_rows", repeated);
  reading.Set("added_up_per_unit", std::move(added));
  return OkStatus();
}

Result<std::string> CappedUnits(query::Connection& connection,
                                const UnitRowsSpec& spec,
                                const std::string& units,
                                Json& reading) {
  std::string replaced;
  for (size_t m = 0; m < spec.metrics.size(); ++m) {
    const MetricColumns& metric = spec.metrics[m];
    if (metric.winsorise <= 0) continue;
    Json caps;
    ASSIGN_OR_RETURN(const std::string capped,
                     CappedSql(connection, units, "y" + std::to_string(m), metric.winsorise, caps));
    if (capped.empty()) continue;
    replaced += (replaced.empty() ? "" : ", ") + capped;
    reading.Field("winsorised").Set(metric.design.name, std::move(caps));
  }
  if (replaced.empty()) return units;
  return "SELECT * REPLACE (" + replaced + ") FROM (" + units + ")";
}

}  // namespace signet::pipelines
