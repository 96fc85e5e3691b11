#include "pipelines/features/purchase_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/text.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerHour = 3'600'000'000;
constexpr double kDaysPerMonth = 30.4375;

constexpr std::array<TimeUnit, 4> kUnits = {
    TimeUnit::kHour, TimeUnit::kDay, TimeUnit::kWeek, TimeUnit::kMonth};

/// The grain by which rows are one purchase.
int64_t GrainMicros(TimeUnit unit) {
  return unit == TimeUnit::kHour ? kMicrosPerHour : 24 * kMicrosPerHour;
}

/// Units in a grain.
double UnitsPerGrain(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour:
    case TimeUnit::kDay:
      return 1;
    case TimeUnit::kWeek:
      return 1.0 / 7;
    case TimeUnit::kMonth:
      return 1 / kDaysPerMonth;
  }
  CHECK(false);
}

int64_t FloorDivide(int64_t value, int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

class Reader {
 public:
  Reader(query::Connection& connection, const PurchaseTableOptions& options)
      : connection_(connection),
        o_(options),
        until_(FloorDivide(options.until.micros, GrainMicros(options.unit))),
        end_(options.holdout ? FloorDivide(options.holdout->micros, GrainMicros(options.unit))
                             : until_) {}

  Result<PurchaseTable> Read() {
    if (o_.holdout && end_ <= until_) {
      return Invalid("the holdout ends " + DateText(*o_.holdout) + ", not after " +
                     DateText(o_.until))
          .WithRemedy("give a --holdout later than --until");
    }
    table_.horizon = static_cast<double>(end_ - until_) * UnitsPerGrain(o_.unit);
    TRY(Count());
    TRY(Customers());
    if (table_.customers.empty() && !o_.may_be_empty) {
      return Invalid("nobody bought by " + DateText(o_.until))
          .WithRemedy("check --time, --until and --where");
    }
    return std::move(table_);
  }

 private:
  [[nodiscard]] std::string Grain(const std::string& sql) const {
    // Floor, for times before 1970 too.
    return "(epoch_us(" + sql + ") - ((epoch_us(" + sql + ") % " + Text(GrainMicros(o_.unit)) +
           ") + " + Text(GrainMicros(o_.unit)) + ") % " + Text(GrainMicros(o_.unit)) + ") // " +
           Text(GrainMicros(o_.unit));
  }
  static std::string Text(int64_t value) { return std::to_string(value); }
  [[nodiscard]] std::string Amount() const {
    return o_.amount.empty() ? "0::DECIMAL(18,6)"
                             : "TRY_CAST((" + o_.amount + ") AS DECIMAL(18,6))";
  }
  /// Each row's customer c, grain d and amount m.
  [[nodiscard]] std::string Rows() const {
    return "(SELECT (" + o_.customer + ") AS c, " + Grain("(" + o_.time + ")") + " AS d, " +
           Amount() + " AS m FROM " + o_.table + ")";
  }
  /// One row per customer and grain.
  [[nodiscard]] std::string Purchases() const {
    return "(SELECT c, d, coalesce(sum(m), 0) AS m FROM " + Rows() +
           " WHERE c IS NOT NULL AND d <= " + Text(end_) + " GROUP BY c, d)";
  }

  Status Count() {
    ASSIGN_OR_RETURN(
        const std::unique_ptr<query::Rows> rows,
        connection_.Query("SELECT count(*), count(*) FILTER (c IS NULL), count(*) FILTER (d IS "
                          "NULL), count(*) FILTER (m IS NULL), count(*) FILTER (d > " +
                          Text(end_) + "), coalesce(max(d), 0) FROM " + Rows()));
    query::Chunk chunk;
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more || chunk.size() != 1) return Internal("counting rows gave no row");
    table_.rows = chunk.Int64(0, 0);
    table_.without_customer = chunk.Int64(1, 0);
    table_.without_time = chunk.Int64(2, 0);
    table_.without_amount = o_.amount.empty() ? 0 : chunk.Int64(3, 0);
    table_.late = chunk.Int64(4, 0);
    table_.holdout_complete = chunk.Int64(5, 0) >= end_;
    if (!o_.amount.empty() && table_.without_amount == table_.rows && !o_.may_be_empty) {
      return Invalid("no row has an amount: all values of --amount are missing")
          .WithRemedy("check --amount");
    }
    if (o_.amount.empty()) return OkStatus();
    ASSIGN_OR_RETURN(
        table_.returns,
        connection_.QueryInt64("SELECT count(*) FROM " + Purchases() + " WHERE m < 0"));
    return OkStatus();
  }

  Status Customers() {
    const std::string seen = " FILTER (d <= " + Text(until_) + ")";
    const std::string recent =
        " FILTER (d <= " + Text(until_) + " AND d > " + Text(until_ - (end_ - until_)) + ")";
    const std::string later = " FILTER (d > " + Text(until_) + ")";
    std::string purchases = "(SELECT * FROM " + Purchases() + " WHERE m >= 0)";
    std::string gaps = "0";
    if (o_.log_gaps) {
      purchases =
          "(SELECT *, d - lag(d) OVER (PARTITION BY c ORDER BY d) AS gap FROM " + purchases + ")";
      gaps = "sum(CAST(ln(gap) AS DECIMAL(18,9)))" + seen;
    }
    const std::string sql =
        "SELECT CAST(c AS VARCHAR), min(d), max(d)" + seen + ", count(*)" + seen +
        ", CAST(coalesce(sum(m)" + seen + ", 0) AS DOUBLE), CAST(coalesce(sum(m)" + seen +
        " - arg_min(m, d), 0) AS DOUBLE), CAST(coalesce(" + gaps + ", 0) AS DOUBLE), count(*)" +
        recent + ", CAST(coalesce(sum(m)" + recent + ", 0) AS DOUBLE), count(*)" + later +
        ", CAST(coalesce(sum(m)" + later + ", 0) AS DOUBLE) FROM " + purchases +
        " GROUP BY c HAVING min(d) <= " + Text(until_) + " ORDER BY c";
    ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, connection_.Query(sql));
    query::Chunk chunk;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
      if (!more) return OkStatus();
      for (size_t r = 0; r < chunk.size(); ++r) Take(chunk, r);
    }
  }

  void Take(const query::Chunk& chunk, size_t r) {
    const double unit = UnitsPerGrain(o_.unit);
    const int64_t first = chunk.Int64(1, r);
    CustomerPurchases c;
    const double purchases = static_cast<double>(chunk.Int64(3, r));
    c.history.repeats = purchases - 1;
    c.history.recency = static_cast<double>(chunk.Int64(2, r) - first) * unit;
    c.history.observed = static_cast<double>(until_ - first) * unit;
    c.history.log_gaps = chunk.Double(6, r) + c.history.repeats * std::log(unit);
    c.value = chunk.Double(4, r);
    if (c.history.repeats > 0) c.repeat_value_mean = chunk.Double(5, r) / c.history.repeats;
    c.recent = static_cast<double>(chunk.Int64(7, r));
    c.recent_value = chunk.Double(8, r);
    c.later = static_cast<double>(chunk.Int64(9, r));
    c.later_value = chunk.Double(10, r);
    if (!o_.log_gaps) c.history.log_gaps = 0;
    table_.customers.push_back(c);
    if (o_.names) table_.names.emplace_back(chunk.Text(0, r));
  }

  query::Connection& connection_;
  const PurchaseTableOptions& o_;
  int64_t until_, end_;
  PurchaseTable table_;
};

}  // namespace

std::string_view TimeUnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour:
      return "hour";
    case TimeUnit::kDay:
      return "day";
    case TimeUnit::kWeek:
      return "week";
    case TimeUnit::kMonth:
      return "month";
  }
  CHECK(false);
}

Result<TimeUnit> TimeUnitFromName(std::string_view name) {
  std::vector<std::string> names;
  for (const TimeUnit unit : kUnits) {
    if (TimeUnitName(unit) == name) return unit;
    names.emplace_back(TimeUnitName(unit));
  }
  return Invalid("'" + std::string(name) + "' is no unit of time (" + Join(names, ", ") + ")");
}

std::vector<PurchaseHistory> PurchaseTable::Histories() const {
  std::vector<PurchaseHistory> histories;
  histories.reserve(customers.size());
  for (const CustomerPurchases& c : customers) histories.push_back(c.history);
  return histories;
}

std::vector<PurchaseValue> PurchaseTable::Values() const {
  std::vector<PurchaseValue> values;
  values.reserve(customers.size());
  for (const CustomerPurchases& c : customers) values.push_back(c.ValueSeen());
  return values;
}

Json PurchaseTable::ToJson() const {
  int64_t repeaters = 0;
  double repeats = 0;
  double observed = 0;
  for (const CustomerPurchases& c : customers) {
    repeaters += c.history.repeats > 0 ? 1 : 0;
    repeats += c.history.repeats;
    observed += c.history.observed;
  }
  const double count = std::max<double>(1, static_cast<double>(customers.size()));
  return Json::Of({{"rows", rows},
                   {"without_customer", without_customer},
                   {"without_time", without_time},
                   {"without_amount", without_amount},
                   {"after_the_end", late},
                   {"returns_left_out", returns},
                   {"customers", customers.size()},
                   {"repeat_customers", repeaters},
                   {"repeat_purchases", repeats},
                   {"mean_observed", observed / count}});
}

Result<PurchaseTable> ReadPurchases(query::Connection& connection,
                                    const PurchaseTableOptions& options) {
  return Reader(connection, options).Read();
}

}  // namespace signet::pipelines
