#include "pipelines/models/purchase_report.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

/// A table with a holdout: customers buy every third day, some stop.
PurchaseTable Table(size_t customers, bool values = true) {
  PurchaseTable table;
  table.horizon = 30;
  for (size_t i = 0; i < customers; ++i) {
    CustomerPurchases c;
    const auto x = static_cast<double>(i * i % 7);
    c.history = {x, x > 0 ? 10 + static_cast<double>(i % 40) : 0, 60 + static_cast<double>(i % 20)};
    c.repeat_value_mean = x > 0 && values ? 5 + static_cast<double>(i * 13 % 50) : 0;
    c.later = static_cast<double>(i % 5) * (x > 2 ? 1 : 0);
    c.later_value = c.later * c.repeat_value_mean;
    c.recent = x > 3 ? 1 : 0;
    table.customers.push_back(c);
  }
  return table;
}

/// No number anywhere in `json` that is none.
void ExpectFinite(const Json& json) {
  if (json.is_number()) {
    EXPECT_TRUE(std::isfinite(json.AsDouble()));
  }
  for (const Json& item : json.items()) ExpectFinite(item);
  for (const auto& [name, field] : json.fields()) ExpectFinite(field);
}

TEST(PurchaseReport, ErrorsAreThoseOfAHandComputation) {
  const Json errors = ForecastErrors({1, 2, 3}, {2, 2, 5});
  EXPECT_DOUBLE_EQ(errors["mae"].AsDouble(), 1);
  EXPECT_DOUBLE_EQ(errors["rmse"].AsDouble(), std::sqrt(5.0 / 3));
  EXPECT_NEAR(errors["correlation"].AsDouble(), 0.8660254, 1e-6);
  EXPECT_NEAR(errors["aggregate_error"].AsDouble(), -1.0 / 3, 1e-12);
  EXPECT_TRUE(ForecastErrors({}, {}).is_null());
  EXPECT_TRUE(ForecastErrors({1, 1}, {0, 3})["correlation"].is_null());
  EXPECT_TRUE(ForecastErrors({1}, {0})["aggregate_error"].is_null());
}

TEST(PurchaseReport, HoldsParametersHoldoutAndBaselines) {
  const PurchaseTable table = Table(400);
  const CustomerValueModel model =
      FitCustomerValue(PurchaseFamily::kMbgNbd, table, /*with_value=*/true).value();
  ASSERT_TRUE(model.value.has_value());
  const Json report = PurchaseModelReport(model, table, table.horizon);
  ExpectFinite(report);
  EXPECT_EQ(report["model"].AsString(), "mbgnbd");
  EXPECT_TRUE(report["parameters"].Has("alpha"));
  double customers = 0;
  double actual = 0;
  for (const Json& row : report["holdout"]["by_repeats"].items()) {
    customers += row["customers"].AsDouble();
    actual += row["customers"].AsDouble() * row["actual"].AsDouble();
  }
  EXPECT_EQ(customers, 400);
  EXPECT_NEAR(actual, report["holdout"]["purchases"]["actual"].AsDouble(), 1e-6);
  EXPECT_NEAR(report["holdout"]["purchases"]["expected"].AsDouble(),
              report["forecast"]["purchases"].AsDouble(),
              1e-9);
  for (const char* baseline : {"last_period", "same_rate"}) {
    EXPECT_TRUE(report["holdout"]["baselines"][baseline]["value"].Has("mae")) << baseline;
  }
  double value = 0;
  for (const CustomerPurchases& c : table.customers) value += model.ExpectedValue(c, table.horizon);
  EXPECT_NEAR(report["forecast"]["value"].AsDouble(), value, 1e-6);
}

TEST(PurchaseReport, SaysThatOneTimeBuyersHaveNoChurnScore) {
  const PurchaseTable table = Table(400);
  const CustomerValueModel model =
      FitCustomerValue(PurchaseFamily::kBgNbd, table, /*with_value=*/false).value();
  const Json alive = PurchaseModelReport(model, table, 10)["alive"];
  double repeaters = 0;
  for (const CustomerPurchases& c : table.customers) repeaters += c.history.repeats > 0 ? 1 : 0;
  EXPECT_EQ(alive["customers_with_churn_score"].AsDouble(), repeaters);
  EXPECT_NE(alive["note"].AsString().find("no churn score"), std::string::npos);
}

TEST(PurchaseReport, AValueThatCannotBeFittedLeavesThePurchasesStanding) {
  const PurchaseTable table = Table(400, /*values=*/false);
  const CustomerValueModel model =
      FitCustomerValue(PurchaseFamily::kMbgNbd, table, /*with_value=*/true).value();
  EXPECT_FALSE(model.value.has_value());
  const Json report = PurchaseModelReport(model, table, 10);
  ExpectFinite(report);
  EXPECT_NE(report["value"]["failed"].AsString().find("Gamma-Gamma needs"), std::string::npos);
  EXPECT_EQ(model.ExpectedValue(table.customers[0], 10), 0);
}

TEST(PurchaseReport, OfGammaGammaJudgesTheValueOfLaterPurchases) {
  const PurchaseTable table = Table(400);
  const GammaGamma model = GammaGamma::Fit(table.Values()).value();
  const Json report = GammaGammaReport(model, table);
  ExpectFinite(report);
  EXPECT_GT(report["holdout"]["customers"].AsInt(), 50);
  EXPECT_TRUE(report["holdout"]["baselines"]["own_mean_so_far"].Has("mae"));
}

TEST(PurchaseReport, OfOneCustomerIsARefusal) {
  EXPECT_EQ(FitCustomerValue(PurchaseFamily::kBgNbd, Table(1), true).status().code(),
            StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
