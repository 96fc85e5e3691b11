// Purchases: recency, frequency, money; regularity; trend; discounts, returns, channels,
// categories.
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/features/feature_block.h"

namespace signet::pipelines {
namespace {

/// Writes the chain lines -> orders -> subjects -> gaps -> one row per subject, in one pass over
/// the input: each table is read once, so that none of them is kept.
///
///   lines     subject, t, ret, ...          each row before the cut-off
///   orders    subject, t, amount, ...       t is NULL where everything was returned
///   subjects  subject, times, a0, ...       times of orders, ascending; counts and exact sums
///   gaps      n, first_t, last_t, gaps      of the orders; seconds between one and the next
///   <last>    gap_sum, gap_squares          exact sums over the gaps
class PurchaseWriter {
 public:
  explicit PurchaseWriter(const BlockContext& context) : c_(context), o_(context.options) {}

  FeatureBlock Write() {
    const std::string stem = "f_" + NamePart(o_.input);
    block_.table = stem;
    const std::string orders = SqlName(stem + "_orders");
    const std::string subjects = SqlName(stem + "_subjects");
    const std::string gaps = SqlName(stem + "_gaps");
    block_.ctes.push_back(orders + " AS (" + OrdersSql() + ")");
    Totals();
    Regularity();
    Season();
    for (const int64_t window : c_.windows) Window(window);
    Shares();
    // Sorting each subject's few times is cheaper than a window over all rows, and needs no copy of
    // them.
    std::string sql = "SELECT subject, list_sort(list(t) FILTER (t IS NOT NULL)) AS times";
    for (const std::string& item : aggregates_) sql += ", " + item;
    block_.ctes.push_back(subjects + " AS (" + sql + " FROM " + orders + " GROUP BY subject)");
    block_.ctes.push_back(gaps +
                          " AS (SELECT * EXCLUDE (times), coalesce(len(times), 0) AS n, times[1] "
                          "AS first_t, times[-1] AS last_t, list_transform(times[2:], lambda t, i: "
                          "(t - times[i]) // 1000000) AS gaps FROM " +
                          subjects + ")");
    block_.ctes.push_back(SqlName(stem) +
                          " AS MATERIALIZED (SELECT * EXCLUDE (gaps), list_sum(gaps) AS gap_sum, "
                          "list_sum(list_transform(gaps, lambda g: g::HUGEINT * g)) AS gap_squares "
                          "FROM " +
                          gaps + ")");
    return std::move(block_);
  }

 private:
  /// Adds an aggregate under a fresh short name, which is returned.
  std::string Aggregate(const std::string& sql) {
    std::string name = "a" + std::to_string(aggregates_.size());
    aggregates_.push_back(sql + " AS " + name);
    return name;
  }

  std::string CountWhere(const std::string& condition) {
    return Aggregate("count(t) FILTER (" + condition + ")");
  }

  /// A FILTER would copy the rows it lets through: for sums, a CASE costs less.
  std::string SumWhere(const std::string& value, const std::string& condition) {
    return Aggregate("sum(CASE WHEN " + condition + " THEN " + value + " END)");
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
                      (grouped ? "max(t) FILTER (ret) AS rt, count(*) FILTER (ret) AS returns, "
                                 "count(*) FILTER (NOT ret) AS lines"
                               : "CASE WHEN ret THEN t END AS rt");
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

  /// Lines kept; without an order id, each is an order.
  std::string Lines() { return o_.order.empty() ? n_ : Aggregate("sum(lines)"); }

  /// Lines returned, of all orders or of those that `filter` lets through.
  std::string Returns(const std::string& filter = "") {
    return Aggregate((o_.order.empty() ? "count(rt)" : "sum(returns)") + filter);
  }

  void Totals() {
    Add(c_.Name("count"), ColumnType::kInt64, n_, {}, /*zero=*/true);
    Add(c_.Name("recency_days"), ColumnType::kDouble, c_.DaysBefore(last_), {});
    Add(c_.Name("tenure_days"), ColumnType::kDouble, c_.DaysBefore(first_), {});
    Add(c_.Name("lines_mean"), ColumnType::kDouble, Ratio(Lines(), n_), {});
    if (!o_.item.empty()) {
      Add(c_.Name("items_mean"),
          ColumnType::kDouble,
          Ratio(Aggregate("sum(items)"), n_),
          {o_.item});
    }
    const std::string returns = Returns();
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
    const std::string inside = "t >= " + std::to_string(c_.StartOf(kYearSeconds)) + " AND t < " +
                               std::to_string(c_.StartOf(kYearSeconds - window));
    Add(c_.Name("count_year_ago", window),
        ColumnType::kInt64,
        CountWhere(inside),
        {},
        /*zero=*/true);
    if (o_.amount.empty()) return;
    Add(c_.Name("spend_year_ago", window),
        ColumnType::kDecimal,
        DecimalSum(SumWhere("amount", inside)),
        {o_.amount},
        /*zero=*/true);
  }

  void Window(int64_t window) {
    YearAgo(window);
    const std::string start = std::to_string(c_.StartOf(window));
    const std::string inside = "t >= " + start;
    const std::string earlier =
        "t < " + start + " AND t >= " + std::to_string(c_.StartOf(2 * window));
    const std::string count = CountWhere(inside);
    Add(c_.Name("count", window), ColumnType::kInt64, count, {}, /*zero=*/true);
    const std::string before = CountWhere(earlier);
    Add(c_.Name("trend", window),
        ColumnType::kDouble,
        Ratio("(" + count + " - " + before + ")", "(" + count + " + " + before + ")"),
        {});
    const std::string returned = Returns(" FILTER (rt >= " + start + ")");
    Add(c_.Name("returns", window), ColumnType::kInt64, returned + "::BIGINT", {}, /*zero=*/true);
    if (o_.amount.empty()) return;
    const std::string spend = SumWhere("amount", inside);
    Add(c_.Name("spend", window),
        ColumnType::kDecimal,
        DecimalSum(spend),
        {o_.amount},
        /*zero=*/true);
    const std::string value = Ratio(spend, count);
    Add(c_.Name("value_mean", window), ColumnType::kDouble, value, {o_.amount});
    const std::string spend_before = SumWhere("amount", earlier);
    const std::string value_before = Ratio(spend_before, before);
    Add(c_.Name("value_trend", window),
        ColumnType::kDouble,
        Ratio("(" + value + " - " + value_before + ")", "(" + value + " + " + value_before + ")"),
        {o_.amount});
    if (o_.discount.empty()) return;
    const std::string discount = SumWhere("discount", inside);
    Add(c_.Name("discount_share", window),
        ColumnType::kDouble,
        Ratio(discount, "(" + spend + " + " + discount + ")"),
        {o_.amount, o_.discount});
  }

  void Shares() {
    std::vector<std::string> counts;  // orders of each channel that is named
    std::vector<std::string> named;
    counts.reserve(o_.channels.size());
    named.reserve(o_.channels.size());
    for (const std::string& channel : o_.channels) {
      named.push_back(SqlLiteral(channel));
      counts.push_back(CountWhere("channel = " + named.back()));
    }
    if (!o_.channel.empty()) Channels(counts, named);
    for (size_t i = 0; i < counts.size(); ++i) {
      const std::string part = NamePart(o_.channels[i]);
      Add(c_.Name("share_" + part), ColumnType::kDouble, Ratio(counts[i], n_), {o_.channel});
      Add(c_.Name("recency_" + part + "_days"),
          ColumnType::kDouble,
          c_.DaysBefore(Aggregate("max(t) FILTER (channel = " + named[i] + ")")),
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

  /// How many channels were used. Those named are counted already: only the others are collected.
  void Channels(const std::vector<std::string>& counts, const std::vector<std::string>& named) {
    std::string sql =
        Aggregate("count(DISTINCT channel) FILTER (channel NOT IN (" + Join(named, ", ") + "))");
    for (const std::string& count : counts) sql += " + (" + count + " > 0)::INT";
    Add(c_.Name("channels"), ColumnType::kInt64, sql, {o_.channel}, /*zero=*/true);
  }

  const BlockContext& c_;
  const EventOptions& o_;
  FeatureBlock block_;
  std::vector<std::string> aggregates_;
  /// Columns of the last table: how many orders, the first and the last one's time.
  const std::string n_ = "n", first_ = "first_t", last_ = "last_t";
  std::string spend_;
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
