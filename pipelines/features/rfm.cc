#include "pipelines/features/rfm.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/quantile_bands.h"

namespace signet::pipelines {
namespace {

using query::Chunk;

constexpr double kMicrosPerDay = 86'400'000'000.0;
constexpr size_t kEdges = 4;

/// Calls `take(chunk, row)` for each row of `sql`.
template <typename Take>
Status ForEachRow(query::Connection& connection, const std::string& sql, const Take& take) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) take(chunk, r);
  }
}

class Computer {
 public:
  Computer(query::Connection& connection, const RfmTableOptions& options)
      : connection_(connection), o_(options), as_of_(std::to_string(options.as_of.micros)) {}

  Result<RfmTable> Compute() {
    TRY(Count());
    TRY(connection_.Execute("CREATE OR REPLACE TEMP TABLE rfm_values AS " + ValuesSql()));
    ASSIGN_OR_RETURN(table_.customers, connection_.QueryInt64("SELECT count(*) FROM rfm_values"));
    if (table_.customers == 0) {
      return Invalid("nobody bought before " + TimestampText(o_.as_of))
          .WithRemedy("check --as-of, --time and --where");
    }
    TRY(Edges("r", table_.recency_edges));
    TRY(Edges("f", table_.frequency_edges));
    TRY(Edges("m", table_.monetary_edges));
    TRY(Score());
    TRY(connection_.Execute("DROP TABLE rfm_values"));
    return std::move(table_);
  }

 private:
  [[nodiscard]] std::string Amount() const {
    return o_.amount.empty() ? "0::DECIMAL(18,4)"
                             : "TRY_CAST((" + o_.amount + ") AS DECIMAL(18,4))";
  }

  Status Count() {
    const std::string counts =
        "SELECT count(*), count(*) FILTER (c IS NULL), count(*) FILTER (t IS NULL), count(*) "
        "FILTER (m IS NULL), count(*) FILTER (t >= " +
        as_of_ + "), count(*) FILTER (m < 0) FROM (SELECT (" + o_.customer + ") AS c, epoch_us(" +
        o_.time + ") AS t, " + Amount() + " AS m FROM " + o_.table + ")";
    TRY(ForEachRow(connection_, counts, [&](const Chunk& chunk, size_t r) {
      table_.rows = chunk.Int64(0, r);
      table_.without_customer = chunk.Int64(1, r);
      table_.without_time = chunk.Int64(2, r);
      table_.without_amount = chunk.Int64(3, r);
      table_.at_or_after = chunk.Int64(4, r);
      table_.returns = chunk.Int64(5, r);
    }));
    if (!o_.amount.empty() && table_.without_amount == table_.rows) {
      return Invalid("no row has an amount: all values of --amount are missing")
          .WithRemedy("check --amount");
    }
    return OkStatus();
  }

  /// One row per customer with a purchase: c, r (microseconds), f, m, net, days, first.
  [[nodiscard]] std::string ValuesSql() const {
    const std::string rows = "(SELECT (" + o_.customer + ") AS c, epoch_us(" + o_.time +
                             ") AS t, coalesce(" + Amount() + ", 0) AS m" +
                             (o_.order.empty() ? std::string() : ", (" + o_.order + ") AS o") +
                             " FROM " + o_.table + ")";
    // Rows without an order id are a purchase each.
    const std::string frequency =
        o_.order.empty() ? "count(*) FILTER (m >= 0)"
                         : "count(DISTINCT o) FILTER (m >= 0) + count(*) FILTER (m >= 0 AND o IS "
                           "NULL)";
    return "SELECT c, " + as_of_ + " - max(t) FILTER (m >= 0) AS r, " + frequency +
           " AS f, coalesce(sum(m) FILTER (m >= 0), 0) AS m, sum(m) AS net, count(DISTINCT t // "
           "86400000000) FILTER (m >= 0) AS days, " +
           as_of_ + " - min(t) FILTER (m >= 0) AS tenure FROM " + rows +
           " WHERE c IS NOT NULL AND t < " + as_of_ +
           " GROUP BY c HAVING count(*) FILTER (m >= 0) "
           "> 0";
  }

  /// The edges of a column's fifths.
  Status Edges(const std::string& column, std::array<double, kEdges>& edges) {
    std::vector<double> values;
    values.reserve(static_cast<size_t>(table_.customers));
    TRY(ForEachRow(connection_,
                   "SELECT CAST(" + column + " AS DOUBLE) FROM rfm_values",
                   [&](const Chunk& chunk, size_t r) { values.push_back(chunk.Double(0, r)); }));
    const std::vector<double> bounds = QuantileBounds(std::move(values), kEdges + 1);
    std::copy(bounds.begin(), bounds.end(), edges.begin());
    return OkStatus();
  }

  /// BandOf in SQL: 1 plus the edges below, or 5 less them.
  static std::string ScoreSql(const std::string& column,
                              const std::array<double, kEdges>& edges,
                              bool reversed) {
    std::string sql = reversed ? "(5" : "(1";
    for (const double edge : edges) {
      sql += std::string(reversed ? " - " : " + ") + "(CAST(" + column + " AS DOUBLE) > " +
             Json(edge).Dump() + "::DOUBLE)::INT";
    }
    return sql + ")::BIGINT";
  }

  Status Score() {
    const std::string scored =
        "(SELECT *, " + ScoreSql("r", table_.recency_edges, /*reversed=*/true) + " AS rs, " +
        ScoreSql("f", table_.frequency_edges, /*reversed=*/false) + " AS fs, " +
        ScoreSql("m", table_.monetary_edges, /*reversed=*/false) + " AS ms FROM rfm_values)";
    TRY(ForEachRow(
        connection_,
        "SELECT rs, fs, count(*), CAST(sum(m) AS DOUBLE) FROM " + scored + " GROUP BY rs, fs",
        [&](const Chunk& chunk, size_t r) {
          table_.grid[static_cast<size_t>(chunk.Int64(0, r) - 1)][static_cast<size_t>(
              chunk.Int64(1, r) - 1)] = {chunk.Int64(2, r), chunk.Double(3, r)};
        }));
    for (double& edge : table_.recency_edges) edge /= kMicrosPerDay;
    if (!o_.lines) return OkStatus();
    return ForEachRow(
        connection_,
        "SELECT CAST(c AS VARCHAR), CAST(r AS DOUBLE), f, CAST(m AS DOUBLE), CAST(net AS DOUBLE), "
        "days, CAST(tenure AS DOUBLE), rs, fs, ms FROM " +
            scored + " ORDER BY c",
        [&](const Chunk& chunk, size_t r) {
          table_.lines.push_back({std::string(chunk.Text(0, r)),
                                  chunk.Double(1, r) / kMicrosPerDay,
                                  chunk.Int64(2, r),
                                  chunk.Double(3, r),
                                  chunk.Double(4, r),
                                  chunk.Int64(5, r),
                                  chunk.Double(6, r) / kMicrosPerDay,
                                  chunk.Int64(7, r),
                                  chunk.Int64(8, r),
                                  chunk.Int64(9, r)});
        });
  }

  query::Connection& connection_;
  const RfmTableOptions& o_;
  std::string as_of_;
  RfmTable table_;
};

Json MeanOf(const RfmCell& cell) {
  if (cell.customers == 0) return {};
  return cell.monetary / static_cast<double>(cell.customers);
}

Json EdgesJson(const std::array<double, 4>& edges) {
  return Json::List({edges[0], edges[1], edges[2], edges[3]});
}

}  // namespace

Json RfmTable::ToJson() const {
  Json rows_of_grid{Json::Array()};
  for (size_t r = 5; r-- > 0;) {
    for (size_t f = 5; f-- > 0;) {
      const RfmCell& cell = grid[r][f];
      rows_of_grid.Push(Json::Of({{"recency", static_cast<int64_t>(r + 1)},
                                  {"frequency", static_cast<int64_t>(f + 1)},
                                  {"customers", cell.customers},
                                  {"monetary", cell.monetary},
                                  {"monetary_mean", MeanOf(cell)}}));
    }
  }
  return Json::Of({{"rows", rows},
                   {"without_customer", without_customer},
                   {"without_time", without_time},
                   {"without_amount", without_amount},
                   {"at_or_after_as_of", at_or_after},
                   {"returns", returns},
                   {"customers", customers},
                   {"recency_days_edges", EdgesJson(recency_edges)},
                   {"frequency_edges", EdgesJson(frequency_edges)},
                   {"monetary_edges", EdgesJson(monetary_edges)},
                   {"grid", std::move(rows_of_grid)}});
}

Result<RfmTable> ComputeRfm(query::Connection& connection, const RfmTableOptions& options) {
  return Computer(connection, options).Compute();
}

}  // namespace signet::pipelines
