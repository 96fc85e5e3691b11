// Web events and loyalty activity: volume, sessions, recency, kinds of events, points.
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/features/feature_block.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

class ActivityWriter {
 public:
  explicit ActivityWriter(const BlockContext& context) : c_(context), o_(context.options) {}

  FeatureBlock Write() {
    const std::string stem = "f_" + NamePart(o_.input);
    block_.table = stem;
    block_.ctes.push_back(SqlName(stem + "_events") + " AS (" + EventsSql() + ")");
    const std::string last = Aggregate("max(t)");
    Add(c_.Name("recency_days"), ColumnType::kDouble, c_.DaysBefore(last), {});
    Volume(0);
    for (const int64_t window : c_.windows) Volume(window);
    for (const std::string& type : o_.types) Type(type);
    std::string sql = "SELECT subject";
    for (const std::string& item : aggregates_) sql += ", " + item;
    sql += " FROM " + SqlName(stem + "_events") + " GROUP BY subject";
    block_.ctes.push_back(SqlName(stem) + " AS MATERIALIZED (" + sql + ")");
    return std::move(block_);
  }

 private:
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
    block_.features.push_back({std::move(name), type, std::move(sql), std::move(sources), zero});
  }

  [[nodiscard]] bool web() const { return o_.kind == EventOptions::Kind::kWeb; }

  /// `begins` is 1 for the first event of a session: of its id, or after a pause.
  std::string EventsSql() const {
    std::string rows = "SELECT subject, epoch_us(" + SqlName(o_.time) + "::TIMESTAMP) AS t";
    if (!o_.type.empty()) rows += ", CAST(" + SqlName(o_.type) + " AS VARCHAR) AS type";
    if (!o_.points.empty()) rows += ", " + BlockContext::Money(o_.points) + " AS points";
    if (!o_.session.empty()) rows += ", " + SqlName(o_.session) + " AS session";
    rows += " " + c_.FromBefore();
    if (!web()) return rows;
    if (!o_.session.empty()) {
      return "SELECT *, (row_number() OVER (PARTITION BY subject, session ORDER BY t) = 1)::INT AS "
             "begins FROM (" +
             rows + ")";
    }
    const std::string gap = std::to_string(o_.session_gap_seconds * kMicrosPerSecond);
    return "SELECT *, coalesce((t - lag(t) OVER (PARTITION BY subject ORDER BY t) > " + gap +
           ")::INT, 1) AS begins FROM (" + rows + ")";
  }

  void Volume(int64_t window) {
    const std::string since =
        window == 0 ? "t IS NOT NULL" : "t >= " + std::to_string(c_.StartOf(window));
    const std::string inside = " FILTER (" + since + ")";
    const std::string events = Aggregate("count(*)" + inside);
    Add(c_.Name("events", window), ColumnType::kInt64, events, {}, /*zero=*/true);
    if (web()) {
      const std::string sessions = Aggregate("sum(begins)" + inside);
      std::vector<std::string> sources;
      if (!o_.session.empty()) sources.push_back(o_.session);
      Add(c_.Name("sessions", window),
          ColumnType::kInt64,
          sessions + "::BIGINT",
          sources,
          /*zero=*/true);
      if (window == 0) {
        Add(c_.Name("session_events"), ColumnType::kDouble, Ratio(events, sessions), sources);
      }
    }
    if (!o_.points.empty()) {
      const std::string earned = Aggregate("sum(points) FILTER (points > 0 AND " + since + ")");
      const std::string burned = Aggregate("-sum(points) FILTER (points < 0 AND " + since + ")");
      Add(c_.Name("earned", window),
          ColumnType::kDecimal,
          DecimalSum(earned),
          {o_.points},
          /*zero=*/true);
      Add(c_.Name("burned", window),
          ColumnType::kDecimal,
          DecimalSum(burned),
          {o_.points},
          /*zero=*/true);
    }
  }

  void Type(const std::string& type) {
    const std::string is = "type = " + SqlLiteral(type);
    Add(c_.Name("recency_" + NamePart(type) + "_days"),
        ColumnType::kDouble,
        c_.DaysBefore(Aggregate("max(t) FILTER (" + is + ")")),
        {o_.type});
    for (const int64_t window : c_.windows) {
      const std::string count = Aggregate("count(*) FILTER (" + is +
                                          " AND t >= " + std::to_string(c_.StartOf(window)) + ")");
      Add(c_.Name(NamePart(type), window), ColumnType::kInt64, count, {o_.type}, /*zero=*/true);
    }
  }

  const BlockContext& c_;
  const EventOptions& o_;
  FeatureBlock block_;
  std::vector<std::string> aggregates_;
};

}  // namespace

Result<FeatureBlock> ActivityBlock(const BlockContext& context) {
  const EventOptions& o = context.options;
  TRY(CheckColumn(context, "time", o.time, {ColumnType::kTimestamp, ColumnType::kDate}));
  TRY(CheckColumn(context, "type", o.type, {}));
  TRY(CheckColumn(context, "session", o.session, {}));
  TRY(CheckColumn(context,
                  "points",
                  o.points,
                  {ColumnType::kDecimal, ColumnType::kInt64, ColumnType::kDouble}));
  return ActivityWriter(context).Write();
}

}  // namespace signet::pipelines
