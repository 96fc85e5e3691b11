/// The stages `fit` and `forecast`: purchase models and Gamma-Gamma in a pipeline.
///
/// `fit` - in: governed purchases; out: kind model, one row (name TEXT, model BLOB, card TEXT). One
/// task over all partitions. It judges the model at two cut-offs before as_of first (a holdout of
/// `backtest` each), then fits on everything before as_of.
/// `forecast` - in: the same purchases, and the model; out: kind scores: subject, p_alive (NULL
/// where 1 - P(alive) says nothing about churn), expected_purchases, and, with an amount,
/// expected_value within the horizon. Per partition.
/// Both take purchases from one definition (features/purchase_table.h). Deterministic; independent
/// of row order and partitions; never NaN. Memory: about 100 bytes a customer of the task.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/features/purchase_table.h"
#include "pipelines/math/purchase_model.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

/// What the columns of the purchases mean.
struct PurchaseColumns {
  std::string input = "orders";
  std::string time;
  std::string amount;    ///< empty: nothing is said about value
  std::string returned;  ///< boolean column: such rows are no purchase
  TimeUnit unit = TimeUnit::kDay;
};

struct FitOptions {
  PurchaseFamily model = PurchaseFamily::kBgNbd;
  PurchaseColumns purchases;
  int64_t backtest_seconds = 0;  ///< 0: no back-test
  bool seasonal = false;         ///< measures a seasonal index, too

  static Result<FitOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> FitOutputSchema(const FitOptions& options,
                               const std::map<std::string, Schema>& inputs);
/// Figures: the report of PurchaseModelReport, `backtests`, and `season`: what the same model,
/// fitted 52 weeks earlier, missed in the same season (actual over expected purchases), with what
/// that index would have made of each back-test.
Result<Json> RunFit(query::Connection& connection,
                    const FitOptions& options,
                    const std::map<std::string, Schema>& inputs,
                    const StageContext& context);

struct ForecastOptions {
  PurchaseColumns purchases;
  std::string model;  ///< the model's input; empty: the only one there is
  int64_t horizon_seconds = 0;
  bool seasonal = false;  ///< multiplies by the model's seasonal index

  static Result<ForecastOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> ForecastOutputSchema(const ForecastOptions& options,
                                    const std::map<std::string, Schema>& inputs);
/// Figures: customers, expected purchases and value. kInvalid for a model of other columns or unit.
Result<Json> RunForecast(query::Connection& connection,
                         const ForecastOptions& options,
                         const std::map<std::string, Schema>& inputs,
                         const StageContext& context);

}  // namespace signet::pipelines
