// Options of the stages `fit` and `forecast`: reading and documentation.
#include <string>
#include <utility>
#include <vector>

#include "pipelines/models/purchase_stage.h"

namespace signet::pipelines {
namespace {

PurchaseColumns ReadColumns(OptionReader& reader) {
  PurchaseColumns columns;
  columns.input = reader.Text("input", "orders");
  columns.time = reader.RequiredText("time");
  columns.amount = reader.Text("amount");
  columns.returned = reader.Text("returned");
  const Result<TimeUnit> unit =
      TimeUnitFromName(reader.OneOf("unit", {"day", "hour", "week", "month"}));
  if (unit.ok()) columns.unit = *unit;
  return columns;
}

std::vector<OptionDoc> ColumnDocs() {
  return {{"input", "input", "", "orders", "The purchases."},
          {"time", "column", "", "required", "When it was bought (timestamp or date)."},
          {"amount", "column", "money", "", "What was paid; with it, value is forecast too."},
          {"returned", "column", "", "", "Boolean: such rows are no purchase."},
          {"unit",
           "one of day|hour|week|month",
           "",
           "day",
           "The model's unit of time; purchases within a day (or hour) are one."}};
}

}  // namespace

Result<FitOptions> FitOptions::FromJson(const Json& json) {
  OptionReader reader("fit", json);
  FitOptions options;
  const Result<PurchaseFamily> family = PurchaseFamilyFromName(
      reader.OneOf("model", {"bgnbd", "nbd", "mbgnbd", "paretonbd", "cnbd"}));
  if (family.ok()) options.model = *family;
  options.purchases = ReadColumns(reader);
  options.backtest_seconds = reader.Duration("backtest", "");
  options.seasonal = reader.Boolean("seasonal", /*otherwise=*/false);
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> FitOptions::Options() {
  std::vector<OptionDoc> docs = {
      {"model",
       "one of bgnbd|nbd|mbgnbd|paretonbd|cnbd",
       "",
       "bgnbd",
       "Which purchase model; without drop-out it falls back to NBD or Pareto/NBD."}};
  for (OptionDoc& doc : ColumnDocs()) docs.push_back(std::move(doc));
  docs.push_back({"backtest",
                  "duration",
                  "",
                  "",
                  "Judge the model first at two cut-offs, each so long before the next."});
  docs.push_back({"seasonal",
                  "boolean",
                  "",
                  "false",
                  "Measure what the model missed in the same season a year ago."});
  return docs;
}

Result<ForecastOptions> ForecastOptions::FromJson(const Json& json) {
  OptionReader reader("forecast", json);
  ForecastOptions options;
  options.purchases = ReadColumns(reader);
  options.model = reader.Text("model");
  options.horizon_seconds = reader.Duration("horizon", "90d");
  options.seasonal = reader.Boolean("seasonal", /*otherwise=*/false);
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> ForecastOptions::Options() {
  std::vector<OptionDoc> docs = ColumnDocs();
  docs.push_back({"model", "input", "", "", "The fitted model; the only one there is by default."});
  docs.push_back({"horizon", "duration", "", "90d", "How far to forecast from as_of."});
  docs.push_back({"seasonal", "boolean", "", "false", "Multiply by the model's seasonal index."});
  return docs;
}

}  // namespace signet::pipelines
