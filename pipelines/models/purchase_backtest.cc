#include "pipelines/models/purchase_backtest.h"

#include <algorithm>
#include <string>
#include <utility>

namespace signet::pipelines {
namespace {

constexpr int64_t kYearMicros = int64_t{364} * 86'400'000'000;  // 52 weeks: the same weekdays
constexpr double kIndexMin = 0.25;
constexpr double kIndexMax = 4;

/// The moment up to which rows count; one that stands for "strictly before" is told as such.
std::string CutoffText(Timestamp until) {
  constexpr int64_t kSecond = 1'000'000;
  const bool before = (until.micros + 1) % kSecond == 0;
  return TimestampText({until.micros + (before ? 1 : 0)});
}

/// One cut-off's holdout, or why it could not be judged.
Json Holdout(query::Connection& connection,
             const BacktestOptions& options,
             Timestamp until,
             int64_t window_micros) {
  PurchaseTableOptions rows = options.rows;
  rows.until = until;
  rows.holdout = Timestamp{until.micros + window_micros};
  rows.names = false;
  rows.log_gaps = options.family == PurchaseFamily::kMbgCnbd;
  const Result<PurchaseTable> read = ReadPurchases(connection, rows);
  Json json = Json::Of({{"cutoff", CutoffText(until)}});
  const Result<CustomerValueModel> fit =
      read.ok() ? FitCustomerValue(options.family, *read, !rows.amount.empty())
                : Result<CustomerValueModel>(read.status());
  if (!fit.ok()) return json.Set("failed", fit.status().message());
  return json.Set("holdout", PurchaseModelReport(*fit, *read, read->horizon)["holdout"]);
}

}  // namespace

Json SeasonAt(query::Connection& connection,
              const BacktestOptions& options,
              Timestamp until,
              int64_t window_micros) {
  const Timestamp then{until.micros - kYearMicros};
  const Json judged = Holdout(connection, options, then, window_micros);
  Json season = Json::Of({{"learnt_at", CutoffText(then)}, {"index", 1.0}});
  if (judged.Has("failed")) return season.Set("failed", judged["failed"]);
  const Json& purchases = judged["holdout"]["purchases"];
  if (!judged["holdout"]["complete"].AsBool() || purchases["expected"].AsDouble() <= 0) {
    return season.Set("failed", "no whole season lies a year back");
  }
  const double index = purchases["actual"].AsDouble() / purchases["expected"].AsDouble();
  season.Set("index", std::clamp(index, kIndexMin, kIndexMax));
  season.Set("expected", purchases["expected"]).Set("actual", purchases["actual"]);
  return season;
}

Json WithSeason(Json backtest, Json season) {
  const Json& purchases = backtest["holdout"]["purchases"];
  const double expected = purchases["expected"].AsDouble() * season["index"].AsDouble();
  const double actual = purchases["actual"].AsDouble();
  season.Set("expected_with_index", expected);
  if (actual > 0) season.Set("aggregate_error_with_index", (expected - actual) / actual);
  return backtest.Set("season", std::move(season));
}

Json Backtest(query::Connection& connection,
              const BacktestOptions& options,
              Timestamp until,
              int64_t window_micros) {
  Json json = Holdout(connection, options, until, window_micros);
  if (!options.seasonal || json.Has("failed")) return json;
  return WithSeason(std::move(json), SeasonAt(connection, options, until, window_micros));
}

Json Backtests(query::Connection& connection,
               const BacktestOptions& options,
               Timestamp until,
               int64_t window_micros,
               int count) {
  Json all{Json::Array()};
  for (int back = count; back > 0; --back) {
    const Timestamp cut{until.micros - (back - 1) * window_micros};
    all.Push(Backtest(connection, options, cut, window_micros));
  }
  return all;
}

}  // namespace signet::pipelines
