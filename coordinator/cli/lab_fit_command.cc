// `signet lab fit`: purchase models and Gamma-Gamma on a plain file of transactions.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_purchases.h"
#include "coordinator/cli/padding.h"
#include "crypto/base/csv.h"
#include "crypto/base/text.h"
#include "pipelines/models/purchase_backtest.h"
#include "pipelines/models/purchase_report.h"

namespace signet::coordinator {
namespace {

using pipelines::CustomerPurchases;
using pipelines::CustomerValueModel;
using pipelines::PurchaseFamily;
using pipelines::PurchaseTable;

struct LabFitOptions {
  LabPurchaseOptions purchases;
  std::string model;
  double horizon = 0;
  bool seasonal = false;
  int backtests = 2;
  std::string format = "text";
};

std::string Number(const Json& value, int decimals = 4) {
  return value.is_number() ? FixedText(value.AsDouble(), decimals) : std::string("-");
}

std::string ModelText(const Json& model) {
  std::string text =
      model["title"].AsString() + (model.Has("k") ? " k = " + Number(model["k"], 0) : "") + "\n";
  for (const auto& [name, parameter] : model["parameters"].fields()) {
    text += "  " + PaddedRight(name, 8) + PaddedRight(Number(parameter["value"]), 12) + "se " +
            PaddedRight(Number(parameter["standard_error"]), 10) + "95 % [" +
            Number(parameter["low"]) + ", " + Number(parameter["high"]) + "]\n";
  }
  text += "  log-likelihood " + Number(model["log_likelihood"], 2) + "   AIC " +
          Number(model["aic"], 2) + "   BIC " + Number(model["bic"], 2) + "\n";
  if (model["note"].is_string()) text += "  note: " + model["note"].AsString() + "\n";
  return text;
}

std::string ErrorsText(const std::string& name, const Json& errors) {
  return "  " + PaddedRight(name, 26) + "MAE " + Number(errors["mae"]) + "  RMSE " +
         Number(errors["rmse"]) + "  correlation " + Number(errors["correlation"], 3) +
         "  expected " + Number(errors["expected"], 1) + "  actual " + Number(errors["actual"], 1) +
         "  error " + Number(Json(errors["aggregate_error"].AsDouble() * 100), 1) + " %\n";
}

std::string HoldoutText(const Json& holdout, const std::string& unit) {
  if (holdout.is_null()) return "";
  std::string text = "holdout of " + Number(holdout["horizon"], 2) + " " + unit + "s\n";
  for (const char* what : {"purchases", "value", "value_of_a_purchase"}) {
    if (!holdout.Has(what)) continue;
    text += ErrorsText(std::string(what), holdout[what]);
    for (const auto& [name, baseline] : holdout["baselines"].fields()) {
      const Json& errors = baseline.Has(what) ? baseline[what] : baseline;
      if (errors.Has("mae")) text += ErrorsText("  baseline " + name, errors);
    }
  }
  for (const Json& row : holdout["by_repeats"].items()) {
    text += "  repeats " + PaddedRight(row["repeats"].AsString(), 4) + "customers " +
            PaddedRight(Number(row["customers"], 0), 8) + "expected " +
            PaddedRight(Number(row["expected"], 3), 10) + "actual " + Number(row["actual"], 3) +
            "\n";
  }
  if (holdout.Has("note")) text += "  note: " + holdout["note"].AsString() + "\n";
  return text;
}

std::string BacktestText(const Json& backtest) {
  std::string text = "  at " + backtest["cutoff"].AsString() + "  ";
  if (backtest.Has("failed")) return text + backtest["failed"].AsString() + "\n";
  const Json& purchases = backtest["holdout"]["purchases"];
  text += "expected " + Number(purchases["expected"], 1) + "  actual " +
          Number(purchases["actual"], 1) + "  error " +
          Number(Json(purchases["aggregate_error"].AsDouble() * 100), 1) + " %";
  const Json& season = backtest["season"];
  if (season.Has("aggregate_error_with_index")) {
    text += "  with the seasonal index " + Number(season["index"], 3) + ": " +
            Number(Json(season["aggregate_error_with_index"].AsDouble() * 100), 1) + " %";
  }
  return text + "\n";
}

std::string ReportText(const Json& report, const std::string& unit) {
  const Json& data = report["data"];
  std::string text = Number(data["customers"], 0) + " customers, " +
                     Number(data["repeat_customers"], 0) + " with repeats, " +
                     Number(data["repeat_purchases"], 0) + " repeat purchases\n";
  if (data["returns_left_out"].AsInt() > 0) {
    text += "note: " + Number(data["returns_left_out"], 0) + " net returns are no purchases\n";
  }
  text += ModelText(report);
  if (report["fallback"].is_object()) {
    text += "forecasts fall back to " + ModelText(report["fallback"]);
  }
  if (report.Has("alive")) {
    const Json& alive = report["alive"];
    text += "expected alive " + Number(alive["expected_alive"], 1) + "\n";
    if (alive.Has("note")) text += "note: " + alive["note"].AsString() + "\n";
  }
  if (report["value"].Has("parameters")) text += ModelText(report["value"]);
  if (report["value"].Has("failed")) text += "note: " + report["value"]["failed"].AsString() + "\n";
  if (report.Has("forecast")) {
    const Json& forecast = report["forecast"];
    text += "next " + Number(forecast["horizon"], 2) + " " + unit +
            "s: " + Number(forecast["purchases"], 1) + " purchases" +
            (forecast.Has("value") ? ", value " + Number(forecast["value"], 2) + ", mean CLV " +
                                         Number(forecast["clv_mean"], 2)
                                   : std::string()) +
            "\n";
  }
  text += HoldoutText(report["holdout"], unit);
  if (report["backtests"].size() > 1) text += "back-tests, each as far ahead\n";
  for (const Json& backtest : report["backtests"].items()) text += BacktestText(backtest);
  const Json& season = report["season"];
  if (season.is_object()) {
    text += "seasonal index " + Number(season["index"], 3) +
            (season.Has("failed") ? ": " + season["failed"].AsString() : std::string()) + "\n";
  }
  return text;
}

/// One line a customer. P(alive) is empty where it says nothing about churn.
std::string CustomersCsv(const PurchaseTable& table,
                         const CustomerValueModel& model,
                         double horizon) {
  const auto alive_of = [&](const CustomerPurchases& c) {
    const pipelines::PurchaseModel& used = model.purchases.used;
    return used.HasChurnScore(c.history) ? FixedText(used.ProbabilityAlive(c.history), 9) : "";
  };
  std::string csv = "customer,repeats,recency,observed,p_alive,expected_purchases";
  csv += model.value ? ",repeat_value_mean,expected_value\n" : "\n";
  for (size_t i = 0; i < table.customers.size(); ++i) {
    const CustomerPurchases& c = table.customers[i];
    csv += CsvField(table.names[i]) + "," + FixedText(c.history.repeats, 0) + "," +
           FixedText(c.history.recency, 9) + "," + FixedText(c.history.observed, 9) + "," +
           alive_of(c) + "," + FixedText(model.ExpectedPurchases(c, horizon), 9);
    if (model.value) {
      csv += "," + FixedText(c.repeat_value_mean, 9) + "," +
             FixedText(model.ExpectedValue(c, horizon), 9);
    }
    csv += "\n";
  }
  return csv;
}

Status FitGammaGamma(const LabFitOptions& options) {
  if (options.purchases.amount.empty()) {
    return Invalid("gamma-gamma needs --amount").WithRemedy("say which column holds what was paid");
  }
  ASSIGN_OR_RETURN(const LabPurchases read,
                   ReadLabPurchases(options.purchases, /*log_gaps=*/false, /*names=*/false));
  const PurchaseTable& table = read.table;
  ASSIGN_OR_RETURN(const pipelines::GammaGamma model, pipelines::GammaGamma::Fit(table.Values()));
  Json report = pipelines::GammaGammaReport(model, table);
  report.Set("data", table.ToJson());
  report.Set("unit", options.purchases.unit);
  if (options.format == "json") {
    PrintJson(report);
  } else {
    PrintData(ReportText(report, options.purchases.unit));
  }
  return OkStatus();
}

/// Judges the model at earlier cut-offs, too, each as far ahead as the holdout, and its season.
Status AddBacktests(const LabFitOptions& options,
                    PurchaseFamily family,
                    const LabPurchases& read,
                    Json& report) {
  const pipelines::BacktestOptions backtest{family, options.seasonal, read.rows};
  if (!read.rows.holdout) {
    if (!options.seasonal) return OkStatus();
    return Invalid("--seasonal without --holdout")
        .WithRemedy("say with --until and --holdout how far the season reaches");
  }
  const Timestamp until = read.rows.until;
  const int64_t window = read.rows.holdout->micros - until.micros;
  pipelines::query::Connection& connection = read.input->connection();
  Json all = pipelines::Backtests(
      connection, backtest, {until.micros - window}, window, options.backtests - 1);
  // The last is the holdout itself.
  Json last = Json::Of({{"cutoff", TimestampText(until)}, {"holdout", report["holdout"]}});
  if (options.seasonal) {
    const Json season = pipelines::SeasonAt(connection, backtest, until, window);
    report.Set("season", season);
    last = pipelines::WithSeason(std::move(last), season);
  }
  all.Push(std::move(last));
  report.Set("backtests", std::move(all));
  return OkStatus();
}

Status Fit(const LabFitOptions& options) {
  if (options.model == "gamma-gamma") return FitGammaGamma(options);
  ASSIGN_OR_RETURN(const PurchaseFamily family, pipelines::PurchaseFamilyFromName(options.model));
  ASSIGN_OR_RETURN(
      const LabPurchases read,
      ReadLabPurchases(
          options.purchases, family == PurchaseFamily::kMbgCnbd, options.format == "csv"));
  const PurchaseTable& table = read.table;
  ASSIGN_OR_RETURN(const CustomerValueModel model,
                   pipelines::FitCustomerValue(family, table, !options.purchases.amount.empty()));
  double horizon = options.horizon;
  if (horizon <= 0) horizon = table.horizon;
  // Nothing said: as long as the longest customer was observed.
  if (horizon <= 0) {
    for (const CustomerPurchases& c : table.customers) {
      horizon = std::max(horizon, c.history.observed);
    }
  }
  if (options.format == "csv") {
    PrintData(CustomersCsv(table, model, horizon));
    return OkStatus();
  }
  Json report = pipelines::PurchaseModelReport(model, table, horizon);
  report.Set("data", table.ToJson());
  TRY(AddBacktests(options, family, read, report));
  report.Set("unit", options.purchases.unit);
  if (options.format == "json") {
    PrintJson(report);
  } else {
    PrintData(ReportText(report, options.purchases.unit));
  }
  return OkStatus();
}

}  // namespace

void AddLabFit(CLI::App& lab, CommandOutcome& outcome) {
  auto options = std::make_shared<LabFitOptions>();
  CLI::App* command = lab.add_subcommand(
      "fit", "Fit a purchase model (who buys again, how often) or Gamma-Gamma (what it is worth)");
  command->add_option("model", options->model, "nbd, bgnbd, mbgnbd, paretonbd, cnbd or gamma-gamma")
      ->required()
      ->check(CLI::IsMember({"nbd", "bgnbd", "mbgnbd", "paretonbd", "cnbd", "gamma-gamma"}));
  AddLabPurchaseOptions(*command, options->purchases);
  command->add_option("--horizon", options->horizon, "Units to forecast (default: the holdout)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--seasonal",
                    options->seasonal,
                    "Measure a seasonal index: what the model of 52 weeks ago missed then");
  command
      ->add_option("--backtests", options->backtests, "Cut-offs to judge at, the last at --until")
      ->check(CLI::Range(1, 20));
  command
      ->add_option(
          "--format", options->format, "text, json (all figures) or csv (a line a customer)")
      ->check(CLI::IsMember({"text", "json", "csv"}));
  command->callback([options, &outcome] {
    const Status status = Fit(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
