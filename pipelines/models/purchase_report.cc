#include "pipelines/models/purchase_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRepeatRows = 8;  // 0..6 and 7 or more
constexpr double kConfidence = 0.95;

Json Finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

/// Pearson's; NaN where a side is constant.
double Correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = MeanOf(x);
  const double mean_y = MeanOf(y);
  ExactSum cross;
  for (size_t i = 0; i < x.size(); ++i) cross.Add((x[i] - mean_x) * (y[i] - mean_y));
  const double spread = std::sqrt(VarianceOf(x) * VarianceOf(y));
  return cross.Value() / (static_cast<double>(x.size()) - 1) / spread;
}

Json ParametersJson(const std::vector<FittedParameter>& parameters) {
  Json json{Json::Object()};
  const double z = NormalQuantile((1 + kConfidence) / 2);
  for (const FittedParameter& parameter : parameters) {
    Json one = Json::Of({{"value", parameter.value},
                         {"standard_error", Json()},
                         {"low", Json()},
                         {"high", Json()}});
    if (parameter.error) {
      const double relative = *parameter.error / parameter.value;
      one.Set("standard_error", *parameter.error);
      one.Set("low", Finite(parameter.value * std::exp(-z * relative)));
      one.Set("high", Finite(parameter.value * std::exp(z * relative)));
    }
    json.Set(parameter.name, std::move(one));
  }
  return json;
}

Json ModelJson(const PurchaseModel& model, double customers) {
  const double free = static_cast<double>(model.parameters().size()) +
                      (model.family() == PurchaseFamily::kMbgCnbd ? 1 : 0);
  Json json = Json::Of({{"model", PurchaseFamilyName(model.family())},
                        {"title", PurchaseFamilyTitle(model.family())},
                        {"parameters", ParametersJson(model.parameters())},
                        {"log_likelihood", model.log_likelihood()},
                        {"aic", model.aic()},
                        {"bic", free * std::log(customers) - 2 * model.log_likelihood()},
                        {"identified", model.identified()},
                        {"note", Json()}});
  if (model.family() == PurchaseFamily::kMbgCnbd) json.Set("k", model.regularity());
  if (!model.identified()) json.Set("note", BoundaryText(model.boundary()));
  return json;
}

/// One column of figures per customer.
struct Forecasts {
  std::vector<double> purchases, value;
};

Forecasts ModelForecasts(const CustomerValueModel& model,
                         const PurchaseTable& table,
                         double horizon) {
  Forecasts forecasts;
  for (const CustomerPurchases& c : table.customers) {
    forecasts.purchases.push_back(model.ExpectedPurchases(c, horizon));
    if (model.value) {
      forecasts.value.push_back(forecasts.purchases.back() *
                                model.value->ExpectedValue(c.ValueSeen()));
    }
  }
  return forecasts;
}

Forecasts LastPeriod(const PurchaseTable& table) {
  Forecasts forecasts;
  for (const CustomerPurchases& c : table.customers) {
    forecasts.purchases.push_back(c.recent);
    forecasts.value.push_back(c.recent_value);
  }
  return forecasts;
}

Forecasts SameRate(const PurchaseTable& table, double horizon) {
  Forecasts forecasts;
  for (const CustomerPurchases& c : table.customers) {
    const double share = c.history.observed > 0 ? horizon / c.history.observed : 0;
    forecasts.purchases.push_back(c.history.repeats * share);
    forecasts.value.push_back(c.history.repeats * c.repeat_value_mean * share);
  }
  return forecasts;
}

/// By repeats so far: customers, mean expected and mean actual purchases.
Json ByRepeats(const PurchaseTable& table, const std::vector<double>& expected) {
  std::array<ExactSum, kRepeatRows> sums;
  std::array<double, kRepeatRows> actual{};
  std::array<int64_t, kRepeatRows> customers{};
  for (size_t i = 0; i < table.customers.size(); ++i) {
    const double x = table.customers[i].history.repeats;
    const auto row = static_cast<size_t>(std::min(x, static_cast<double>(kRepeatRows - 1)));
    sums[row].Add(expected[i]);
    actual[row] += table.customers[i].later;
    ++customers[row];
  }
  Json rows{Json::Array()};
  for (size_t i = 0; i < kRepeatRows; ++i) {
    if (customers[i] == 0) continue;
    const auto count = static_cast<double>(customers[i]);
    rows.Push(Json::Of({{"repeats", std::to_string(i) + (i + 1 == kRepeatRows ? "+" : "")},
                        {"customers", customers[i]},
                        {"expected", sums[i].Value() / count},
                        {"actual", actual[i] / count}}));
  }
  return rows;
}

Json HoldoutJson(const PurchaseTable& table, const Forecasts& forecasts, bool with_value) {
  std::vector<double> later;
  std::vector<double> later_value;
  for (const CustomerPurchases& c : table.customers) {
    later.push_back(c.later);
    later_value.push_back(c.later_value);
  }
  const Forecasts last = LastPeriod(table);
  const Forecasts rate = SameRate(table, table.horizon);
  Json holdout = Json::Of({{"horizon", table.horizon},
                           {"complete", table.holdout_complete},
                           {"purchases", ForecastErrors(forecasts.purchases, later)},
                           {"by_repeats", ByRepeats(table, forecasts.purchases)}});
  if (!table.holdout_complete) {
    holdout.Set("note", "the file ends before the holdout does: what came after is not in it");
  }
  Json baselines =
      Json::Of({{"last_period", Json::Of({{"purchases", ForecastErrors(last.purchases, later)}})},
                {"same_rate", Json::Of({{"purchases", ForecastErrors(rate.purchases, later)}})}});
  if (with_value) {
    if (!forecasts.value.empty()) {
      holdout.Set("value", ForecastErrors(forecasts.value, later_value));
    }
    baselines.Field("last_period").Set("value", ForecastErrors(last.value, later_value));
    baselines.Field("same_rate").Set("value", ForecastErrors(rate.value, later_value));
  }
  holdout.Set("baselines", std::move(baselines));
  return holdout;
}

/// P(alive), where it says anything.
Json AliveJson(const PurchaseModel& model, const PurchaseTable& table) {
  ExactSum all;
  ExactSum told;
  double count = 0;
  for (const CustomerPurchases& c : table.customers) {
    const double alive = model.ProbabilityAlive(c.history);
    all.Add(alive);
    if (!model.HasChurnScore(c.history)) continue;
    told.Add(alive);
    ++count;
  }
  // 0 / 0 is told as null.
  Json json = Json::Of({{"expected_alive", all.Value()},
                        {"customers_with_churn_score", count},
                        {"mean_of_those", Finite(told.Value() / count)}});
  if (count < static_cast<double>(table.customers.size())) {
    json.Set("note",
             "P(alive) is 1 for " + std::string(count == 0 ? "everybody" : "one-time buyers") +
                 " under this model: 1 - P(alive) is no churn score for them");
  }
  return json;
}

}  // namespace

double CustomerValueModel::ExpectedValue(const CustomerPurchases& c, double horizon) const {
  if (!value) return 0;
  return ExpectedPurchases(c, horizon) * value->ExpectedValue(c.ValueSeen());
}

Json ForecastErrors(const std::vector<double>& expected, const std::vector<double>& actual) {
  CHECK(expected.size() == actual.size());
  if (expected.empty()) return {};
  ExactSum absolute;
  ExactSum squared;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double error = expected[i] - actual[i];
    absolute.Add(std::fabs(error));
    squared.AddProduct(error, error);
  }
  const auto count = static_cast<double>(expected.size());
  const double sum_expected = SumOf(expected);
  const double sum_actual = SumOf(actual);
  return Json::Of({{"mae", Finite(absolute.Value() / count)},
                   {"rmse", Finite(std::sqrt(squared.Value() / count))},
                   {"correlation", count > 1 ? Finite(Correlation(expected, actual)) : Json()},
                   {"expected", Finite(sum_expected)},
                   {"actual", Finite(sum_actual)},
                   {"aggregate_error",
                    sum_actual != 0 ? Finite((sum_expected - sum_actual) / sum_actual) : Json()}});
}

Result<CustomerValueModel> FitCustomerValue(PurchaseFamily family,
                                            const PurchaseTable& table,
                                            bool with_value) {
  ASSIGN_OR_RETURN(PurchaseFit fit, FitPurchases(family, table.Histories()));
  CustomerValueModel model{std::move(fit), {}, {}};
  if (!with_value) return model;
  Result<GammaGamma> value = GammaGamma::Fit(table.Values());
  if (value.ok()) {
    model.value = std::move(value).value();
  } else {
    model.value_failure = value.status().message();
  }
  return model;
}

Json GammaGammaReport(const GammaGamma& model, const PurchaseTable& table) {
  Json json =
      Json::Of({{"model", "gamma-gamma"},
                {"title", "Gamma-Gamma"},
                {"customers", model.customers()},
                {"parameters", ParametersJson(model.parameters())},
                {"log_likelihood", model.log_likelihood()},
                {"aic", model.aic()},
                {"bic", 3 * std::log(model.customers()) - 2 * model.log_likelihood()},
                {"identified", model.identified()},
                {"note", Json()},
                {"correlation_repeats_value", model.correlation()},
                {"population_value", model.HasMean() ? Json(model.PopulationValue()) : Json()}});
  if (!model.identified()) {
    json.Set("note",
             "not identified: the maximum lies on a boundary, values do not spread as the "
             "model has it");
  }
  if (table.horizon <= 0) return json;
  std::vector<double> expected;
  std::vector<double> actual;
  std::vector<double> naive;
  for (const CustomerPurchases& c : table.customers) {
    if (c.later <= 0 || c.history.repeats <= 0) continue;
    expected.push_back(model.ExpectedValue(c.ValueSeen()));
    naive.push_back(c.repeat_value_mean);
    actual.push_back(c.later_value / c.later);
  }
  json.Set(
      "holdout",
      Json::Of({{"horizon", table.horizon},
                {"complete", table.holdout_complete},
                {"customers", actual.size()},
                {"value_of_a_purchase", ForecastErrors(expected, actual)},
                {"baselines", Json::Of({{"own_mean_so_far", ForecastErrors(naive, actual)}})}}));
  return json;
}

Json PurchaseModelReport(const CustomerValueModel& model,
                         const PurchaseTable& table,
                         double horizon) {
  const auto count = static_cast<double>(table.customers.size());
  const PurchaseFit& fit = model.purchases;
  Json json = ModelJson(fit.asked, count);
  json.Set("fallback", Json());
  if (fit.fell_back()) json.Set("fallback", ModelJson(fit.used, count));
  json.Set("alive", AliveJson(fit.used, table));
  const Forecasts forecasts = ModelForecasts(model, table, horizon);
  Json expected = Json::Of({{"horizon", horizon}, {"purchases", SumOf(forecasts.purchases)}});
  if (model.value) {
    json.Set("value", GammaGammaReport(*model.value, table));
    expected.Set("value", SumOf(forecasts.value));
    expected.Set("clv_mean", SumOf(forecasts.value) / count);
  } else if (!model.value_failure.empty()) {
    json.Set("value", Json::Of({{"failed", model.value_failure}}));
  }
  json.Set("forecast", std::move(expected));
  if (table.horizon > 0) {
    const bool with_value = model.value.has_value() || !model.value_failure.empty();
    json.Set("holdout",
             HoldoutJson(
                 table,
                 horizon == table.horizon ? forecasts : ModelForecasts(model, table, table.horizon),
                 with_value));
  }
  return json;
}

}  // namespace signet::pipelines
