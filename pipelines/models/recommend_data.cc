#include "pipelines/models/recommend_data.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

/// Calls `take(chunk, row)` for each row of `sql`.
template <typename Take>
Status ForEachRow(query::Connection& connection, const std::string& sql, const Take& take) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection.Query(sql));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) take(chunk, r);
  }
}

class Reader {
 public:
  Reader(query::Connection& connection, const RecommendDataOptions& options)
      : connection_(connection),
        o_(options),
        cut_(std::to_string(options.cut.micros)),
        end_(std::to_string(options.cut.micros + options.horizon_seconds * kMicrosPerSecond)),
        recent_(std::to_string(options.cut.micros - options.horizon_seconds * kMicrosPerSecond)) {}

  Result<RecommendData> Read() {
    TRY(Number());
    std::vector<std::string> customers;
    std::vector<std::string> items;
    TRY(ForEachRow(
        connection_,
        "SELECT CAST(c AS VARCHAR) FROM rec_customers ORDER BY cn",
        [&](const query::Chunk& chunk, size_t r) { customers.emplace_back(chunk.Text(0, r)); }));
    TRY(ForEachRow(
        connection_,
        "SELECT CAST(i AS VARCHAR) FROM rec_items ORDER BY n",
        [&](const query::Chunk& chunk, size_t r) { items.emplace_back(chunk.Text(0, r)); }));
    if (customers.empty()) {
      return Invalid("no row lies before the cut " + TimestampText(o_.cut))
          .WithRemedy("check --cut, --time and --where");
    }
    ASSIGN_OR_RETURN(InteractionMatrix before, Before(customers.size(), items.size()));
    RecommendData data{std::move(before), std::move(customers), std::move(items), {}, {}, {}};
    TRY(Recent(data));
    TRY(After(data));
    TRY(Counts(data));
    TRY(
        connection_.Execute("DROP TABLE rec_events; DROP TABLE rec_items; DROP TABLE "
                            "rec_customers"));
    return data;
  }

 private:
  Status Number() {
    return connection_.Execute(
        "CREATE OR REPLACE TEMP TABLE rec_events AS SELECT (" + o_.customer + ") AS c, (" +
        o_.item + ") AS i, epoch_us(" + o_.time + ") AS t FROM " + o_.table +
        "; CREATE OR REPLACE TEMP TABLE rec_items AS SELECT i, row_number() OVER (ORDER BY u DESC, "
        "i) - 1 AS n FROM (SELECT i, count(DISTINCT c) AS u FROM rec_events WHERE " +
        Usable("") + " AND t < " + cut_ +
        " GROUP BY i); CREATE OR REPLACE TEMP TABLE rec_customers AS SELECT c, row_number() OVER "
        "(ORDER BY c) - 1 AS cn FROM (SELECT DISTINCT c FROM rec_events WHERE " +
        Usable("") + " AND t < " + cut_ + ")");
  }
  static std::string Usable(const std::string& of) {
    return of + "c IS NOT NULL AND " + of + "i IS NOT NULL AND " + of + "t IS NOT NULL";
  }

  Result<InteractionMatrix> Before(size_t customers, size_t items) {
    std::vector<size_t> starts(customers + 1, 0);
    std::vector<Interaction> cells;
    TRY(ForEachRow(connection_,
                   "SELECT cn, n, count(*), max(t) FROM rec_events e JOIN rec_customers USING (c) "
                   "JOIN rec_items USING (i) WHERE t < " +
                       cut_ + " GROUP BY cn, n ORDER BY cn, n",
                   [&](const query::Chunk& chunk, size_t r) {
                     ++starts[static_cast<size_t>(chunk.Int64(0, r)) + 1];
                     cells.push_back({static_cast<uint32_t>(chunk.Int64(1, r)),
                                      static_cast<float>(chunk.Int64(2, r)),
                                      chunk.Int64(3, r)});
                   }));
    for (size_t i = 0; i < customers; ++i) starts[i + 1] += starts[i];
    return InteractionMatrix(std::move(starts), std::move(cells), items);
  }

  Status Recent(RecommendData& data) {
    data.recent.assign(data.items.size(), 0);
    return ForEachRow(
        connection_,
        "SELECT n, count(DISTINCT c) FROM rec_events JOIN rec_items USING (i) WHERE t "
        "< " +
            cut_ + " AND t >= " + recent_ + " AND c IS NOT NULL GROUP BY n",
        [&](const query::Chunk& chunk, size_t r) {
          data.recent[static_cast<size_t>(chunk.Int64(0, r))] =
              static_cast<uint32_t>(chunk.Int64(1, r));
        });
  }

  Status After(RecommendData& data) {
    data.after.resize(data.customers.size());
    data.after_unknown.assign(data.customers.size(), 0);
    return ForEachRow(connection_,
                      "SELECT cn, coalesce(n, -1) AS m, count(DISTINCT i) FROM rec_events JOIN "
                      "rec_customers USING (c) LEFT JOIN rec_items USING (i) WHERE i IS NOT NULL "
                      "AND t >= " +
                          cut_ + " AND t < " + end_ + " GROUP BY cn, m ORDER BY cn, m",
                      [&](const query::Chunk& chunk, size_t r) {
                        const auto customer = static_cast<size_t>(chunk.Int64(0, r));
                        const int64_t item = chunk.Int64(1, r);
                        if (item < 0) {
                          data.after_unknown[customer] = static_cast<uint32_t>(chunk.Int64(2, r));
                        } else {
                          data.after[customer].push_back(static_cast<uint32_t>(item));
                        }
                      });
  }

  Status Counts(RecommendData& data) {
    TRY(ForEachRow(connection_,
                   "SELECT count(*), count(*) FILTER (NOT (" + Usable("") +
                       ")), count(*) FILTER (" + Usable("") + " AND t < " + cut_ +
                       "), count(*) FILTER (" + Usable("") + " AND t >= " + cut_ + " AND t < " +
                       end_ + ") FROM rec_events",
                   [&](const query::Chunk& chunk, size_t r) {
                     data.rows = chunk.Int64(0, r);
                     data.rows_incomplete = chunk.Int64(1, r);
                     data.rows_before = chunk.Int64(2, r);
                     data.rows_after = chunk.Int64(3, r);
                   }));
    ASSIGN_OR_RETURN(data.customers_only_after,
                     connection_.QueryInt64("SELECT count(DISTINCT c) FROM rec_events ANTI JOIN "
                                            "rec_customers USING (c) WHERE " +
                                            Usable("") + " AND t >= " + cut_ + " AND t < " + end_));
    return OkStatus();
  }

  query::Connection& connection_;
  const RecommendDataOptions& o_;
  std::string cut_, end_, recent_;
};

}  // namespace

Json RecommendData::ToJson() const {
  return Json::Of({{"rows", rows},
                   {"rows_incomplete", rows_incomplete},
                   {"rows_before", rows_before},
                   {"rows_after", rows_after},
                   {"customers", customers.size()},
                   {"customers_only_after", customers_only_after},
                   {"items", items.size()},
                   {"cells", before.cells()}});
}

Result<RecommendData> ReadRecommendData(query::Connection& connection,
                                        const RecommendDataOptions& options) {
  return Reader(connection, options).Read();
}

}  // namespace signet::pipelines
