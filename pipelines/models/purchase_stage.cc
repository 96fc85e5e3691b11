#include "pipelines/models/purchase_stage.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/models/purchase_backtest.h"
#include "pipelines/models/purchase_report.h"
#include "pipelines/query/single_value.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int kBacktests = 2;
constexpr double kSecondsPerDay = 86400;

Status CheckColumns(const std::string& stage,
                    const PurchaseColumns& columns,
                    const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Schema* schema, InputNamed(inputs, columns.input));
  const Column* subject = schema->Find(kSubjectColumn);
  if (subject == nullptr || subject->type != ColumnType::kUuid) {
    return Invalid(stage + ": input '" + columns.input + "' has no subject");
  }
  ASSIGN_OR_RETURN(const Column* time, ColumnNamed(*schema, columns.input, columns.time));
  if (time->type != ColumnType::kTimestamp && time->type != ColumnType::kDate) {
    return Invalid(stage + ": time needs a timestamp or date column");
  }
  if (!columns.amount.empty()) {
    ASSIGN_OR_RETURN(const Column* amount, ColumnNamed(*schema, columns.input, columns.amount));
    if (amount->type != ColumnType::kDecimal && amount->type != ColumnType::kInt64 &&
        amount->type != ColumnType::kDouble) {
      return Invalid(stage + ": amount needs a column of numbers");
    }
  }
  if (columns.returned.empty()) return OkStatus();
  ASSIGN_OR_RETURN(const Column* returned, ColumnNamed(*schema, columns.input, columns.returned));
  if (returned->type != ColumnType::kBool) {
    return Invalid(stage + ": returned needs a boolean column");
  }
  return OkStatus();
}

/// What flows into everything that these stages say.
Result<policies::Label> LabelOf(const PurchaseColumns& columns, const Inputs& inputs, bool value) {
  std::vector<std::string> names = {std::string(kSubjectColumn), columns.time};
  if (value && !columns.amount.empty()) names.push_back(columns.amount);
  if (!columns.returned.empty()) names.push_back(columns.returned);
  return JoinedLabel(inputs.at(columns.input), names);
}

PurchaseTableOptions TableOf(const PurchaseColumns& columns, Timestamp before) {
  PurchaseTableOptions table;
  table.table = SqlName(columns.input);
  if (!columns.returned.empty()) {
    table.table = "(SELECT * FROM " + table.table + " WHERE NOT coalesce(" +
                  SqlName(columns.returned) + ", FALSE))";
  }
  table.customer = std::string(kSubjectColumn);
  table.time = "CAST(" + SqlName(columns.time) + " AS TIMESTAMP)";
  if (!columns.amount.empty()) table.amount = SqlName(columns.amount);
  table.unit = columns.unit;
  // Strictly before: the last moment that counts.
  table.until = {before.micros - 1};
  return table;
}

double UnitsIn(int64_t seconds, TimeUnit unit) {
  const double days = static_cast<double>(seconds) / kSecondsPerDay;
  switch (unit) {
    case TimeUnit::kHour:
      return days * 24;
    case TimeUnit::kDay:
      return days;
    case TimeUnit::kWeek:
      return days / 7;
    case TimeUnit::kMonth:
      return days / 30.4375;
  }
  CHECK(false);
}

/// How far the model is judged, and its season measured.
int64_t WindowOf(const FitOptions& options) {
  return options.backtest_seconds > 0 ? options.backtest_seconds : int64_t{90} * 86400;
}

Result<CustomerValueModel> FitTable(const FitOptions& options, const PurchaseTable& table) {
  return FitCustomerValue(options.model, table, !options.purchases.amount.empty());
}

BacktestOptions BacktestOf(const FitOptions& options) {
  return {options.model, options.seasonal, TableOf(options.purchases, {0})};
}

Json ColumnsJson(const PurchaseColumns& columns) {
  return Json::Of({{"time", columns.time},
                   {"amount", columns.amount},
                   {"returned", columns.returned},
                   {"unit", TimeUnitName(columns.unit)}});
}

/// The only input with a column `model`, or the one named.
Result<std::string> ModelInput(const ForecastOptions& options, const Inputs& inputs) {
  if (!options.model.empty()) {
    TRY(InputNamed(inputs, options.model).status().WithContext("forecast"));
    return options.model;
  }
  std::string found;
  for (const auto& [name, schema] : inputs) {
    const Column* model = schema.Find("model");
    if (model == nullptr || model->type != ColumnType::kBytes) continue;
    if (!found.empty()) return Invalid("forecast: several models; say which one with 'model'");
    found = name;
  }
  if (found.empty()) return Invalid("forecast: no input is a model");
  return found;
}

struct ForecastModel {
  PurchaseModel purchases;
  std::optional<GammaGamma> value;
  double season = 1;  ///< what every expectation is multiplied by

  [[nodiscard]] double ExpectedPurchases(const PurchaseHistory& history, double horizon) const {
    return season * purchases.ExpectedPurchases(history, horizon);
  }
};

Result<ForecastModel> ReadModel(query::Connection& connection,
                                const std::string& input,
                                const ForecastOptions& options) {
  const PurchaseColumns& columns = options.purchases;
  const Result<Bytes> bytes =
      query::ReadSingleBlob(connection, "SELECT model FROM " + SqlName(input));
  if (!bytes.ok()) {
    return bytes.status().WithContext("forecast: input '" + input +
                                      "' must hold exactly one model");
  }
  const Result<Json> json = Json::Parse(AsText(*bytes));
  if (!json.ok() || !json->Has("signet_purchase_model")) {
    return Invalid("forecast: input '" + input + "' is no purchase model; make it with 'fit'");
  }
  if ((*json)["columns"] != ColumnsJson(columns)) {
    return Invalid("forecast: the model was fitted on other columns or another unit");
  }
  ASSIGN_OR_RETURN(PurchaseModel purchases, PurchaseModel::FromJson((*json)["purchases"]));
  ForecastModel model{std::move(purchases), {}};
  if (options.seasonal) {
    if (!(*json)["seasonal_index"].is_number()) {
      return Invalid("forecast: the model has no seasonal index; fit it with 'seasonal: true'");
    }
    model.season = (*json)["seasonal_index"].AsDouble();
  }
  if ((*json)["value"].is_object()) {
    ASSIGN_OR_RETURN(model.value, GammaGamma::FromJson((*json)["value"]));
  }
  return model;
}

/// Fills `forecast_rows` (customer as text, then the figures), from which `out` is made.
Status WriteForecast(query::Connection& connection,
                     const PurchaseTable& table,
                     const ForecastModel& model,
                     double horizon,
                     bool with_value) {
  Schema schema{{{"customer", ColumnType::kText, {}},
                 {"p_alive", ColumnType::kDouble, {}},
                 {"expected_purchases", ColumnType::kDouble, {}}}};
  if (with_value) schema.columns.push_back({"expected_value", ColumnType::kDouble, {}});
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("forecast_rows", schema));
  size_t row = 0;
  for (size_t i = 0; i < table.customers.size(); ++i) {
    const CustomerPurchases& c = table.customers[i];
    const double purchases = model.ExpectedPurchases(c.history, horizon);
    writer->column(0).SetText(row, table.names[i]);
    if (model.purchases.HasChurnScore(c.history)) {
      writer->column(1).SetDouble(row, model.purchases.ProbabilityAlive(c.history));
    } else {
      writer->column(1).SetNull(row);
    }
    writer->column(2).SetDouble(row, purchases);
    if (with_value && model.value) {
      writer->column(3).SetDouble(row, purchases * model.value->ExpectedValue(c.ValueSeen()));
    } else if (with_value) {
      writer->column(3).SetNull(row);
    }
    if (++row == query::kChunkRows) {
      TRY(writer->Flush(row));
      row = 0;
    }
  }
  if (row > 0) TRY(writer->Flush(row));
  TRY(writer->Finish());
  return connection.Execute(
      "CREATE TABLE out AS SELECT CAST(customer AS UUID) AS subject, * EXCLUDE "
      "(customer) FROM forecast_rows; DROP TABLE forecast_rows");
}

}  // namespace

Result<Schema> FitOutputSchema(const FitOptions& options, const Inputs& inputs) {
  TRY(CheckColumns("fit", options.purchases, inputs));
  ASSIGN_OR_RETURN(const policies::Label label, LabelOf(options.purchases, inputs, true));
  return Schema{{{"name", ColumnType::kText, {}},
                 {"model", ColumnType::kBytes, label},
                 {"card", ColumnType::kText, label}}};
}

Result<Json> RunFit(query::Connection& connection,
                    const FitOptions& options,
                    const Inputs& inputs,
                    const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, FitOutputSchema(options, inputs));
  const BacktestOptions backtest = BacktestOf(options);
  const int64_t window = WindowOf(options) * kMicrosPerSecond;
  // Strictly before as_of; the last window ends there.
  const Timestamp last{context.as_of.micros - 1};
  Json backtests{Json::Array()};
  if (options.backtest_seconds > 0) {
    backtests = Backtests(connection, backtest, {last.micros - window}, window, kBacktests);
  }
  Json season;
  if (options.seasonal) season = SeasonAt(connection, backtest, last, window);
  PurchaseTableOptions all = TableOf(options.purchases, context.as_of);
  all.log_gaps = options.model == PurchaseFamily::kMbgCnbd;
  ASSIGN_OR_RETURN(const PurchaseTable table, ReadPurchases(connection, all));
  ASSIGN_OR_RETURN(const CustomerValueModel model, FitTable(options, table));
  const double horizon = UnitsIn(WindowOf(options), options.purchases.unit);
  Json report = PurchaseModelReport(model, table, horizon);
  report.Set("data", table.ToJson());
  report.Set("backtests", std::move(backtests));
  if (options.seasonal) report.Set("season", season);
  const Json stored = Json::Of({{"signet_purchase_model", 1},
                                {"seasonal_index", season["index"]},
                                {"columns", ColumnsJson(options.purchases)},
                                {"fitted_at", TimestampText(context.as_of)},
                                {"purchases", model.purchases.used.ToJson()},
                                {"value", model.value ? model.value->ToJson() : Json()}});
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  writer->column(0).SetText(0, PurchaseFamilyName(options.model));
  writer->column(1).SetBytes(0, AsBytes(stored.Dump()));
  writer->column(2).SetText(0, report.Dump());
  TRY(writer->Flush(1));
  TRY(writer->Finish());
  if (context.progress) context.progress(1);
  return report;
}

Result<Schema> ForecastOutputSchema(const ForecastOptions& options, const Inputs& inputs) {
  TRY(CheckColumns("forecast", options.purchases, inputs));
  ASSIGN_OR_RETURN(const std::string input, ModelInput(options, inputs));
  const Column* model = inputs.at(input).Find("model");
  if (model == nullptr) return Invalid("forecast: input '" + input + "' is no model");
  ASSIGN_OR_RETURN(policies::Label times, LabelOf(options.purchases, inputs, false));
  ASSIGN_OR_RETURN(policies::Label values, LabelOf(options.purchases, inputs, true));
  times = policies::Label::Join(times, model->label);
  values = policies::Label::Join(values, model->label);
  Schema schema{{{std::string(kSubjectColumn),
                  ColumnType::kUuid,
                  inputs.at(options.purchases.input).Find(kSubjectColumn)->label},
                 {"p_alive", ColumnType::kDouble, times},
                 {"expected_purchases", ColumnType::kDouble, times}}};
  if (!options.purchases.amount.empty()) {
    schema.columns.push_back({"expected_value", ColumnType::kDouble, values});
  }
  return schema;
}

Result<Json> RunForecast(query::Connection& connection,
                         const ForecastOptions& options,
                         const Inputs& inputs,
                         const StageContext& context) {
  TRY(ForecastOutputSchema(options, inputs).status());
  ASSIGN_OR_RETURN(const std::string input, ModelInput(options, inputs));
  ASSIGN_OR_RETURN(const ForecastModel model, ReadModel(connection, input, options));
  PurchaseTableOptions all = TableOf(options.purchases, context.as_of);
  all.names = true;
  all.may_be_empty = true;
  ASSIGN_OR_RETURN(const PurchaseTable table, ReadPurchases(connection, all));
  const double horizon = UnitsIn(options.horizon_seconds, options.purchases.unit);
  const bool with_value = !options.purchases.amount.empty();
  TRY(WriteForecast(connection, table, model, horizon, with_value));
  ExactSum purchases;
  ExactSum value;
  for (const CustomerPurchases& c : table.customers) {
    const double expected = model.ExpectedPurchases(c.history, horizon);
    purchases.Add(expected);
    if (model.value) value.Add(expected * model.value->ExpectedValue(c.ValueSeen()));
  }
  if (context.progress) context.progress(1);
  Json figures = Json::Of({{"customers", table.customers.size()},
                           {"model", PurchaseFamilyName(model.purchases.family())},
                           {"horizon", horizon},
                           {"expected_purchases", purchases.Value()}});
  if (with_value) figures.Set("expected_value", model.value ? Json(value.Value()) : Json());
  return figures;
}

}  // namespace signet::pipelines
