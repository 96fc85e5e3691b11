// Purchases: recency, frequency, money; regularity; trend; discounts, returns, channels,
// categories.
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/features/feature_block.h"

namespace signet::pipelines {
namespace {

/// Writes the chain lines -> orders (-> gaps) -> one row per subject.
///
///   lines   subject, t, ret, ...            each row before the cut-off
///   orders  subject, t, amount, ...         t is NULL where everything was returned
///   gaps    subject, gap_sum, gap_squares   of the seconds between a subject's orders
///   <last>  subject, n, first, last, ...    counts and exact sums
class PurchaseWriter {
 public:
  explicit PurchaseWriter(const BlockContext& context) : c_(context), o_(context.options) {}

  FeatureBlock Write() {
    const std::string stem = "f_" + NamePart(o_.input);
    block_.table = stem;
    const std::string orders = SqlName(stem + "_orders");
    const std::string gaps = SqlName(stem + "_gaps");
    block_.ctes.push_back(orders + (o_.order.empty() ? " AS (" : " AS MATERIALIZED (") +
                          OrdersSql() + ")");
    // Sorted apart from the rest, so that the sort carries two columns only.
    block_.ctes.push_back(gaps +
                          " AS (SELECT subject, sum(gap) AS gap_sum, sum(gap::HUGEINT * gap) "
                          "AS gap_squares FROM (SELECT subject, (t - lag(t) OVER (PARTITION BY "
                          "subject ORDER BY t)) // 1000000 AS gap FROM " +
                          orders + " WHERE t IS NOT NULL) GROUP BY subject)");
    Totals();
    Regularity();
    Season();
    for (const int64_t window : c_.windows) Window(window);
    Shares();
    std::string sql = "SELECT subject";
    for (const std::string& item : aggregates_) sql += ", " + item;
    sql += " FROM " + orders + " GROUP BY subject";
    block_.ctes.push_back(SqlName(stem) +
                          " AS MATERIALIZED (SELECT a.*, gap_sum, gap_squares FROM (" + sql +
                          ") a LEFT JOIN " + gaps + " g ON g.subject = a.subject)");
    return std::move(block_);
  }

 private:
  /// Adds an aggregate under a fresh short name, which is returned.
  std::string Aggregate(const std::string& sql) {
    std::string name = "a" + std::to_string(aggregates_.size());
    aggregates_.push_back(sql + " AS " + name);
    return name;
  }

  void Add(std::string name,
           ColumnType type,
           std::string sql,
           std::vector<std::string> sources,
           bool zero = false) {
    sources.push_back(o_.time);
    if (!o_.returned.empty()) sources.push_back(o_.returned);
    block_.features.push_back({std::move(name), type, std::move(sql), std::move(sources), zero});
  }

  std::string ReturnedSql() const {
    std::string sql =
        o_.returned.empty() ? "FALSE" : "coalesce(" + SqlName(o_.returned) + ", FALSE)";
    if (!o_.amount.empty()) sql = "(" + sql + " OR " + BlockContext::Money(o_.amount) + " < 0)";
    return sql;
  }

  std::string LinesSql() const {
    std::string sql = "SELECT subject, epoch_us(" + SqlName(o_.time) + "::TIMESTAMP) AS t, " +
                      ReturnedSql() + " AS ret";
    if (!o_.order.empty()) sql += ", " + SqlName(o_.order) + " AS order_id";
    if (!o_.amount.empty()) sql += ", " + BlockContext::Money(o_.amount) + " AS amount";
    if (!o_.discount.empty()) sql += ", abs(" + BlockContext::Money(o_.discount) + ") AS discount";
    if (!o_.item.empty()) sql += ", " + SqlName(o_.item) + " AS item";
    if (!o_.channel.empty()) sql += ", CAST(" + SqlName(o_.channel) + " AS VARCHAR) AS channel";
    if (!o_.category.empty()) sql += ", CAST(" + SqlName(o_.category) + " AS VARCHAR) AS category";
    return sql + " " + c_.FromBefore();
  }

  std::string OrdersSql() const {
    const bool grouped = !o_.order.empty();
    const auto kept = [&](const std::string& aggregate, const std::string& value) {
      return grouped ? aggregate + "(" + value + ") FILTER (NOT ret)"
                     : "CASE WHEN NOT ret THEN " + value + " END";
    };
    std::string sql = "SELECT subject, " + kept("min", "t") + " AS t, " +
                      (grouped ? "max(t) FILTER (ret)" : "CASE WHEN ret THEN t END") + " AS rt, " +
                      (grouped ? "count(*) FILTER (ret)" : "ret::INT") + " AS returns, " +
                      (grouped ? "count(*) FILTER (NOT ret)" : "(NOT ret)::INT") + " AS lines";
    if (!o_.amount.empty()) sql += ", " + kept("sum", "amount") + " AS amount";
    if (!o_.discount.empty()) sql += ", " + kept("sum", "discount") + " AS discount";
    if (!o_.item.empty()) {
      sql += grouped ? ", count(DISTINCT item) FILTER (NOT ret) AS items"
                     : ", (NOT ret AND item IS NOT NULL)::INT AS items";
    }
    if (!o_.channel.empty()) sql += ", " + kept("min", "channel") + " AS channel";
    for (size_t i = 0; i < o_.categories.size(); ++i) {
      const std::string is = "category = " + SqlLiteral(o_.categories[i]);
      sql += ", " +
             (grouped ? "sum(amount) FILTER (NOT ret AND " + is + ")"
                      : "CASE WHEN NOT ret AND " + is + " THEN amount END") +
             " AS category_" + std::to_string(i);
    }
    sql += " FROM (" + LinesSql() + ")";
    // Rows without an order id are one order per moment.
    if (grouped) sql += " GROUP BY subject, order_id, CASE WHEN order_id IS NULL THEN t END";
    return sql;
  }

  void Totals() {
    n_ = Aggregate("count(t)");
    first_ = Aggregate("min(t)");
    last_ = Aggregate("max(t)");
    Add(c_.Name("count"), ColumnType::kInt64, n_, {}, /*zero=*/true);
    Add(c_.Name("recency_days"), ColumnType::kDouble, c_.DaysBefore(last_), {});
    Add(c_.Name("tenure_days"), ColumnType::kDouble, c_.DaysBefore(first_), {});
    Add(c_.Name("lines_mean"), ColumnType::kDouble, Ratio(Aggregate("sum(lines)"), n_), {});
    if (!o_.item.empty()) {
      Add(c_.Name("items_mean"),
          ColumnType::kDouble,
          Ratio(Aggregate("sum(items)"), n_),
          {o_.item});
    }
    const std::string returns = Aggregate("sum(returns)");
    Add(c_.Name("returns"), ColumnType::kInt64, returns + "::BIGINT", {}, /*zero=*/true);
    Add(c_.Name("return_recency_days"),
        ColumnType::kDouble,
        c_.DaysBefore(Aggregate("max(rt)")),
        {});
    if (o_.amount.empty()) return;
    spend_ = Aggregate("sum(amount)");
    Add(c_.Name("spend"), ColumnType::kDecimal, DecimalSum(spend_), {o_.amount}, /*zero=*/true);
    Add(c_.Name("value_mean"), ColumnType::kDouble, Ratio(spend_, n_), {o_.amount});
    Add(c_.Name("value_max"),
        ColumnType::kDecimal,
        DecimalSum(Aggregate("max(amount)")),
        {o_.amount});
    if (o_.discount.empty()) return;
    const std::string discount = Aggregate("sum(discount)");
    Add(c_.Name("discount_share"),
        ColumnType::kDouble,
        Ratio(discount, "(" + spend_ + " + " + discount + ")"),
        {o_.amount, o_.discount});
    Add(c_.Name("discount_order_share"),
        ColumnType::kDouble,
        Ratio(Aggregate("count(*) FILTER (discount > 0)"), n_),
        {o_.discount});
  }

  /// Gaps between orders: the mean follows from first, last and n; the variance from exact squares.
  void Regularity() {
    const std::string gaps = "(" + n_ + " - 1)";
    const std::string mean = Ratio("(" + last_ + " - " + first_ + ")", gaps) + " / 86400000000.0";
    Add(c_.Name("gap_mean_days"), ColumnType::kDouble, mean, {});
    const std::string spread = "gap_squares::DOUBLE - gap_sum::DOUBLE * gap_sum::DOUBLE / " + gaps;
    Add(c_.Name("gap_sd_days"),
        ColumnType::kDouble,
        "CASE WHEN " + n_ + " > 2 THEN sqrt(greatest(0, " + spread + ") / (" + n_ +
            " - 2)) / 86400.0 END",
        {});
    Add(c_.Name("gap_variance_days"),
        ColumnType::kDouble,
        "CASE WHEN " + n_ + " > 2 THEN greatest(0, " + spread + ") / (" + n_ +
            " - 2) / 86400.0 / 86400.0 END",
        {});
    Add(c_.Name("overdue"),
        ColumnType::kDouble,
        "CASE WHEN " + n_ + " > 1 AND " + last_ + " > " + first_ + " THEN " + c_.DaysBefore(last_) +
            " / (" + mean + ") END",
        {});
  }

  /// The week's rhythm; the year's is in Window: what happened a year before the time to come.
  void Season() {
    // 1970-01-01 was a Thursday; Monday is 0.
    const std::string weekday = "((t // 86400000000) % 7 + 10) % 7";
    Add(c_.Name("weekend_share"),
        ColumnType::kDouble,
        Ratio(Aggregate("count(*) FILTER (" + weekday + " >= 5)"), n_),
        {});
  }

  /// What followed the same day a year ago, as far as the window reaches: seasonality without a
  /// look ahead. Windows of a year and more have no such time before the cut-off.
  void YearAgo(int64_t window) {
    constexpr int64_t kYearSeconds = int64_t{365} * 86400;
    if (window >= kYearSeconds) return;
    const std::string inside = " FILTER (t >= " + std::to_string(c_.StartOf(kYearSeconds)) +
                               " AND t < " + std::to_string(c_.StartOf(kYearSeconds - window)) +
                               ")";
    Add(c_.Name("count_year_ago", window),
        ColumnType::kInt64,
        Aggregate("count(t)" + inside),
        {},
        /*zero=*/true);
    if (o_.amount.empty()) return;
    Add(c_.Name("spend_year_ago", window),
        ColumnType::kDecimal,
        DecimalSum(Aggregate("sum(amount)" + inside)),
        {o_.amount},
        /*zero=*/true);
  }

  void Window(int64_t window) {
    YearAgo(window);
    const std::string start = std::to_string(c_.StartOf(window));
    const std::string inside = " FILTER (t >= " + start + ")";
    const std::string count = Aggregate("count(t)" + inside);
    Add(c_.Name("count", window), ColumnType::kInt64, count, {}, /*zero=*/true);
    const std::string before = Aggregate("count(t) FILTER (t < " + start + " AND t >= " +
                                         std::to_string(c_.StartOf(2 * window)) + ")");
    Add(c_.Name("trend", window),
        ColumnType::kDouble,
        Ratio("(" + count + " - " + before + ")", "(" + count + " + " + before + ")"),
        {});
    const std::string returned = Aggregate("sum(returns) FILTER (rt >= " + start + ")");
    Add(c_.Name("returns", window), ColumnType::kInt64, returned + "::BIGINT", {}, /*zero=*/true);
    if (o_.amount.empty()) return;
    const std::string spend = Aggregate("sum(amount)" + inside);
    Add(c_.Name("spend", window),
        ColumnType::kDecimal,
        DecimalSum(spend),
        {o_.amount},
        /*zero=*/true);
    const std::string value = Ratio(spend, count);
    Add(c_.Name("value_mean", window), ColumnType::kDouble, value, {o_.amount});
    const std::string spend_before = Aggregate("sum(amount) FILTER (t < " + start + " AND t >= " +
                                               std::to_string(c_.StartOf(2 * window)) + ")");
    const std::string value_before = Ratio(spend_before, before);
    Add(c_.Name("value_trend", window),
        ColumnType::kDouble,
        Ratio("(" + value + " - " + value_before + ")", "(" + value + " + " + value_before + ")"),
        {o_.amount});
    if (o_.discount.empty()) return;
    const std::string discount = Aggregate("sum(discount)" + inside);
    Add(c_.Name("discount_share", window),
        ColumnType::kDouble,
        Ratio(discount, "(" + spend + " + " + discount + ")"),
        {o_.amount, o_.discount});
  }

  void Shares() {
    if (!o_.channel.empty()) {
      Add(c_.Name("channels"),
          ColumnType::kInt64,
          Aggregate("count(DISTINCT channel) FILTER (t IS NOT NULL)"),
          {o_.channel},
          /*zero=*/true);
    }
    for (const std::string& channel : o_.channels) {
      const std::string filter = " FILTER (channel = " + SqlLiteral(channel) + ")";
      Add(c_.Name("share_" + NamePart(channel)),
          ColumnType::kDouble,
          Ratio(Aggregate("count(t)" + filter), n_),
          {o_.channel});
      Add(c_.Name("recency_" + NamePart(channel) + "_days"),
          ColumnType::kDouble,
          c_.DaysBefore(Aggregate("max(t)" + filter)),
          {o_.channel});
    }
    for (size_t i = 0; i < o_.categories.size(); ++i) {
      Add(c_.Name("affinity_" + NamePart(o_.categories[i])),
          ColumnType::kDouble,
          Ratio("coalesce(" + Aggregate("sum(category_" + std::to_string(i) + ")") + ", 0)",
                spend_),
          {o_.category, o_.amount});
    }
  }

  const BlockContext& c_;
  const EventOptions& o_;
  FeatureBlock block_;
  std::vector<std::string> aggregates_;
  std::string n_, first_, last_, spend_;
};

}  // namespace

Result<FeatureBlock> PurchaseBlock(const BlockContext& context) {
  const EventOptions& o = context.options;
  const std::vector<ColumnType> numbers = {
      ColumnType::kDecimal, ColumnType::kInt64, ColumnType::kDouble};
  TRY(CheckColumn(context, "time", o.time, {ColumnType::kTimestamp, ColumnType::kDate}));
  TRY(CheckColumn(context, "order", o.order, {}));
  TRY(CheckColumn(context, "amount", o.amount, numbers));
  TRY(CheckColumn(context, "discount", o.discount, numbers));
  TRY(CheckColumn(context, "returned", o.returned, {ColumnType::kBool}));
  TRY(CheckColumn(context, "item", o.item, {}));
  TRY(CheckColumn(context, "channel", o.channel, {}));
  TRY(CheckColumn(context, "category", o.category, {}));
  return PurchaseWriter(context).Write();
}

}  // namespace signet::pipelines
