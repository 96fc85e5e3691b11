/// How right a purchase model was at earlier cut-offs, and what its season makes of it.
///
/// One definition for the stage `fit` and for `signet lab fit`. Season and trend bias a forecast of
/// 90 days by 30 to 40 % (retail), which one cut-off cannot show.
#pragma once

#include <cstdint>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/features/purchase_table.h"
#include "pipelines/models/purchase_report.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

struct BacktestOptions {
  PurchaseFamily family = PurchaseFamily::kBgNbd;
  bool seasonal = false;      ///< also tells what the seasonal index would have made of each
  PurchaseTableOptions rows;  ///< `until` and `holdout` are set for each cut-off
};

/// Fits on all up to `until`, judges up to `until + window_micros`: {cutoff, holdout} with the
/// figures of PurchaseModelReport, and `season`; or {cutoff, failed}: why it could not be judged.
Json Backtest(query::Connection& connection,
              const BacktestOptions& options,
              Timestamp until,
              int64_t window_micros);

/// What the same model, fitted 52 weeks before `until`, missed in the same season: what happened
/// over what it expected, kept within 1/4 and 4: {learnt_at, index, expected, actual}. The index is
/// 1, with the reason as `failed`, where there is no such year.
Json SeasonAt(query::Connection& connection,
              const BacktestOptions& options,
              Timestamp until,
              int64_t window_micros);

/// A back-test with what the seasonal index would have made of it.
Json WithSeason(Json backtest, Json season);

/// `count` back-tests, the earliest first, each one window apart, the last at `until`.
Json Backtests(query::Connection& connection,
               const BacktestOptions& options,
               Timestamp until,
               int64_t window_micros,
               int count);

}  // namespace signet::pipelines
