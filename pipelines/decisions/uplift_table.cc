#include "pipelines/decisions/uplift_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/experiments/read_out.h"
#include "pipelines/experiments/value_sql.h"
#include "pipelines/math/consequence.h"
#include "pipelines/math/moment_sums.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kTextValuesMax = 64;
constexpr int64_t kIdentifierRowsMin = 100;
constexpr double kUnbalancedEffect = 0.05;
constexpr double kUnbalancedP = 1e-6;
constexpr uint8_t kNeither = 2;
constexpr char kRows[] = "signet_uplift_rows";

struct Feature {
  std::string name;
  std::string sql;  ///< as DOUBLE
  bool categorical = false;
};

/// SplitMix64's finaliser.
double Share(uint64_t number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ number >> 27) * 0x94D049BB133111EBULL;
  return static_cast<double>((number ^ number >> 31) >> 11) * 0x1p-53;
}

/// Rows of the two arms with an outcome.
Status SelectRows(query::Connection& connection, const UpliftTableSpec& spec, UpliftTable& out) {
  ASSIGN_OR_RETURN(const std::string outcome, NumberSql(connection, spec.table, spec.outcome));
  const std::string from = " FROM " + SqlName(spec.table);
  const std::string arm = "CAST(" + spec.arm + " AS VARCHAR)";
  const std::string two =
      arm + " IN (" + SqlLiteral(spec.control) + ", " + SqlLiteral(spec.treatment) + ")";
  for (const std::string& name : {spec.control, spec.treatment}) {
    ASSIGN_OR_RETURN(const int64_t rows,
                     connection.QueryInt64(Join(
                         {"SELECT count(*)", from, " WHERE ", arm, " = ", SqlLiteral(name)}, "")));
    if (rows > 0) continue;
    ASSIGN_OR_RETURN(
        const std::string known,
        connection.QueryText(Join({"SELECT string_agg(a, ', ' ORDER BY a) FROM (SELECT DISTINCT ",
                                   arm,
                                   " AS a",
                                   from,
                                   " LIMIT 20)"},
                                  "")));
    return Invalid("no row is in the arm '" + name + "'").WithRemedy("the arms are: " + known);
  }
  ASSIGN_OR_RETURN(
      out.rows_other_arms,
      connection.QueryInt64("SELECT count(*)" + from + " WHERE (" + two + ") IS NOT TRUE"));
  ASSIGN_OR_RETURN(out.rows_without_outcome,
                   connection.QueryInt64("SELECT count(*)" + from + " WHERE " + two + " AND (" +
                                         outcome + ") IS NULL"));
  ASSIGN_OR_RETURN(const int64_t told,
                   connection.QueryInt64("SELECT count(*)" + from + " WHERE " + two + " AND (" +
                                         outcome + ") IS NOT NULL"));
  if (told == 0) return Invalid("the outcome is missing in every row of the two arms");
  const std::string test = spec.test_where.empty() ? "false" : "(" + spec.test_where + ")";
  const std::string known = two + " AND (" + outcome + ") IS NOT NULL";
  return connection.Execute(
      std::string("CREATE OR REPLACE TEMP TABLE ") + kRows + " AS SELECT *, (" + arm + " = " +
      SqlLiteral(spec.treatment) + ") IS TRUE AS signet_treated, coalesce(" + outcome +
      ", 0) AS signet_outcome, CASE WHEN (" + known + ") IS NOT TRUE THEN 2 WHEN (" + test +
      ") IS TRUE THEN 1 ELSE 0 END AS signet_side" + from + " WHERE " +
      (spec.subject.empty() ? known : SqlName(spec.subject) + " IS NOT NULL"));
}

Result<std::string> TextCodes(query::Connection& connection, const std::string& name) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT DISTINCT CAST(" + name + " AS VARCHAR) AS v FROM " +
                                    kRows + " WHERE " + name + " IS NOT NULL ORDER BY v"));
  std::string sql = "CASE CAST(" + name + " AS VARCHAR)";
  query::Chunk chunk;
  int code = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return "CAST(" + sql + " END AS DOUBLE)";
    for (size_t r = 0; r < chunk.size(); ++r) {
      sql += " WHEN " + SqlLiteral(chunk.Text(0, r)) + " THEN " + std::to_string(code++);
    }
  }
}

/// The feature, or why it is left out in `reason`.
Result<Feature> FeatureOf(query::Connection& connection,
                          const std::string& column,
                          std::string& reason) {
  const std::string name = SqlName(column);
  const std::string from = std::string(" FROM ") + kRows;
  ASSIGN_OR_RETURN(const std::string type,
                   connection.QueryText("SELECT typeof(" + name + ")" + from + " LIMIT 1"));
  ASSIGN_OR_RETURN(const int64_t rows, connection.QueryInt64("SELECT count(*)" + from));
  ASSIGN_OR_RETURN(const int64_t values,
                   connection.QueryInt64("SELECT count(DISTINCT " + name + ")" + from));
  Feature feature{column, {}, false};
  const bool fraction = type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL");
  if (values <= 1) {
    ASSIGN_OR_RETURN(
        const int64_t missing,
        connection.QueryInt64("SELECT count(*)" + from + " WHERE " + name + " IS NULL"));
    if (values == 0 || missing == 0) reason = "constant";
  } else if (values == rows && rows >= kIdentifierRowsMin && !fraction) {
    reason = "an identifier: every row has its own value";
  }
  if (!reason.empty()) return feature;
  if (type == "DATE" || type.starts_with("TIMESTAMP")) {
    feature.sql = "epoch(" + name + ") / 86400.0";
    return feature;
  }
  const Result<std::string> number = NumberSql(connection, kRows, name);
  if (number.ok()) {
    feature.sql = *number;
    return feature;
  }
  if (values > kTextValuesMax) {
    reason = "text of more than 64 values";
    return feature;
  }
  feature.categorical = true;
  ASSIGN_OR_RETURN(feature.sql, TextCodes(connection, name));
  return feature;
}

/// Whether the column's values tell the arms apart.
bool Unbalanced(const UpliftTable& table, size_t column, bool categorical) {
  const size_t m = table.names.size();
  MomentSums arms[2];
  std::vector<std::vector<double>> counts(2, std::vector<double>(kTextValuesMax + 1, 0));
  std::vector<std::vector<double>> missing(2, std::vector<double>(2, 0));
  double n = 0;
  for (size_t row = 0; row < table.rows(); ++row) {
    if (table.test[row] == kNeither) continue;
    ++n;
    const size_t arm = table.treated[row];
    const auto value = static_cast<double>(table.cells[row * m + column]);
    ++missing[arm][std::isnan(value) ? 1 : 0];
    if (std::isnan(value)) {
      ++counts[arm][kTextValuesMax];
    } else {
      arms[arm].Add(value);
      if (categorical) ++counts[arm][static_cast<size_t>(value)];
    }
  }
  const auto strong = [&](const SampleRatio& test) {
    return test.p_value < kUnbalancedP && std::sqrt(test.chi_square / n) > kUnbalancedEffect;
  };
  if (strong(CheckIndependence(missing))) return true;
  if (categorical) return strong(CheckIndependence(counts));
  if (arms[0].units() < 2 || arms[1].units() < 2) return false;
  const Moments t = arms[1].Finish();
  const Moments c = arms[0].Finish();
  const double spread = std::sqrt((t.yy + c.yy) / 2);
  const Comparison comparison = CompareMeans(t, c, 0.95);
  if (std::isnan(comparison.p_value)) return t.y != c.y;
  return comparison.p_value < kUnbalancedP && std::fabs(t.y - c.y) > kUnbalancedEffect * spread;
}

/// Why each column was not known before the treatment; empty: it may have been.
std::vector<std::string> LateColumns(const UpliftTable& table,
                                     const std::vector<Feature>& features,
                                     bool keep_unbalanced) {
  std::vector<uint8_t> happened(table.rows(), kRowNotCounted);
  for (size_t row = 0; row < table.rows(); ++row) {
    if (table.test[row] != kNeither) happened[row] = table.outcome[row] != 0 ? 1 : 0;
  }
  std::vector<std::string> reasons(features.size());
  for (size_t c = 0; c < features.size(); ++c) {
    if (!keep_unbalanced && Unbalanced(table, c, features[c].categorical)) {
      reasons[c] =
          "differs between the arms: not known before the treatment, or the arms were not "
          "randomised";
    } else if (ComesWithOutcomeAlone(table.matrix(), c, happened)) {
      reasons[c] = "its rarer values come with the outcome alone: not known before it";
    }
  }
  return reasons;
}

/// Keeps the columns whose flag is set.
void KeepColumns(const std::vector<uint8_t>& keep, UpliftTable& table) {
  const size_t m = table.names.size();
  std::vector<float> cells;
  std::vector<std::string> names;
  for (size_t c = 0; c < m; ++c) {
    if (keep[c] != 0) names.push_back(table.names[c]);
  }
  cells.reserve(table.rows() * names.size());
  for (size_t i = 0; i < table.cells.size(); ++i) {
    if (keep[i % m] != 0) cells.push_back(table.cells[i]);
  }
  table.names = std::move(names);
  table.cells = std::move(cells);
}

float CellOf(const query::ColumnView& column, size_t row) {
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  if (column.IsNull(row)) return kMissing;
  const auto value = static_cast<float>(column.Double(row));
  return std::isfinite(value) ? value : kMissing;
}

/// Columns: treated, outcome, side, subject, then the features.
Status TakeChunk(const query::Chunk& chunk, const UpliftTableSpec& spec, UpliftTable& out) {
  const size_t m = out.names.size();
  const size_t first = out.cells.size();
  out.cells.resize(first + chunk.size() * m);
  for (size_t r = 0; r < chunk.size(); ++r) {
    out.treated.push_back(chunk.Bool(0, r) ? 1 : 0);
    out.outcome.push_back(chunk.Double(1, r));
    out.test.push_back(static_cast<uint8_t>(chunk.Int64(2, r)));
    if (!spec.subject.empty()) out.subjects.push_back(chunk.GetUuid(3, r));
    out.binary = out.binary && (out.outcome.back() == 0 || out.outcome.back() == 1);
    if (!std::isfinite(out.outcome.back())) return Invalid("an outcome is infinite");
  }
  for (size_t c = 0; c < m; ++c) {
    const query::ColumnView& column = chunk.column(4 + c);
    for (size_t r = 0; r < chunk.size(); ++r) out.cells[first + r * m + c] = CellOf(column, r);
  }
  return OkStatus();
}

Status ReadRows(query::Connection& connection,
                const UpliftTableSpec& spec,
                const std::vector<Feature>& features,
                UpliftTable& out) {
  std::vector<std::string> columns = {"signet_treated",
                                      "signet_outcome",
                                      "CAST(signet_side AS BIGINT)",
                                      spec.subject.empty() ? "NULL::UUID" : SqlName(spec.subject)};
  for (const Feature& feature : features) {
    columns.push_back(feature.sql);
    out.names.push_back(feature.name);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT " + Join(columns, ", ") + " FROM " + kRows));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    TRY(TakeChunk(chunk, spec, out));
  }
}

/// Missing before all numbers, so that any two cells have an order.
bool Before(float a, float b) {
  return std::isnan(a) ? !std::isnan(b) : a < b;
}

void SplitBySeed(const UpliftTableSpec& spec, UpliftTable& table) {
  const size_t m = table.names.size();
  std::vector<size_t> order(table.rows());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    for (size_t c = 0; c < m; ++c) {
      const float left = table.cells[a * m + c];
      const float right = table.cells[b * m + c];
      if (Before(left, right)) return true;
      if (Before(right, left)) return false;
    }
    if (table.treated[a] != table.treated[b]) return table.treated[a] < table.treated[b];
    return table.outcome[a] < table.outcome[b];
  });
  const auto neither = [&](size_t row) { return table.test[row] == kNeither; };
  order.erase(std::remove_if(order.begin(), order.end(), neither), order.end());
  for (size_t place = 0; place < order.size(); ++place) {
    const bool test = Share(spec.seed * 0xD1342543DE82EF95ULL + place) < spec.test_share;
    table.test[order[place]] = test ? 1 : 0;
  }
}

Status CheckSides(const UpliftTable& table) {
  size_t counts[2][2] = {{0, 0}, {0, 0}};
  for (size_t i = 0; i < table.rows(); ++i) {
    const auto side = table.test[i];
    if (side != kNeither) ++counts[side][table.treated[i]];
  }
  for (size_t test = 0; test < 2; ++test) {
    for (size_t arm = 0; arm < 2; ++arm) {
      if (counts[test][arm] > 0) continue;
      return Invalid(std::string("no ") + (test == 1 ? "test" : "training") + " row is in the " +
                     (arm == 1 ? "treatment" : "control") + " arm")
          .WithRemedy("check --test-where: its rows are the test, all others train");
    }
  }
  return OkStatus();
}

}  // namespace

UpliftTable UpliftTable::Part(uint8_t side) const {
  UpliftTable part;
  part.names = names;
  part.binary = binary;
  const size_t m = names.size();
  for (size_t row = 0; row < rows(); ++row) {
    if (test[row] != side) continue;
    const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(row * m);
    part.cells.insert(part.cells.end(), begin, begin + static_cast<std::ptrdiff_t>(m));
    part.treated.push_back(treated[row]);
    part.outcome.push_back(outcome[row]);
    part.test.push_back(side);
  }
  return part;
}

Result<UpliftTable> ReadUpliftTable(query::Connection& connection, const UpliftTableSpec& spec) {
  if (spec.control == spec.treatment) return Invalid("control and treatment are the same arm");
  UpliftTable table;
  TRY(SelectRows(connection, spec, table));
  std::vector<Feature> features;
  for (const std::string& column : spec.columns) {
    std::string reason;
    ASSIGN_OR_RETURN(Feature feature, FeatureOf(connection, column, reason));
    if (reason.empty()) {
      features.push_back(std::move(feature));
    } else {
      table.left_out.Set(column, reason);
    }
  }
  TRY(ReadRows(connection, spec, features, table));
  TRY(connection.Execute(std::string("DROP TABLE ") + kRows));
  const std::vector<std::string> late = LateColumns(table, features, spec.keep_unbalanced);
  std::vector<uint8_t> keep(features.size(), 1);
  for (size_t c = 0; c < features.size(); ++c) {
    if (late[c].empty()) continue;
    keep[c] = 0;
    table.left_out.Set(features[c].name, late[c]);
  }
  KeepColumns(keep, table);
  if (table.names.empty()) {
    return Invalid("no column is left to learn from")
        .WithRemedy("left out: " + table.left_out.Dump() +
                    "; where the arms were not randomised, keep such columns on purpose "
                    "(--keep-unbalanced)");
  }
  if (spec.test_where.empty()) SplitBySeed(spec, table);
  TRY(CheckSides(table));
  return table;
}

}  // namespace signet::pipelines
