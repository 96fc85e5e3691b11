#include "pipelines/models/purchase_stage.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

policies::Label LabelOf(const std::string& category) {
  policies::Label label;
  label.categories = {category};
  label.purposes = {"analytics.churn"};
  return label;
}

class PurchaseStage : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    // 300 people; the more days apart their purchases, the fewer of them.
    Sql("CREATE TABLE orders AS SELECT CAST('00000000-0000-4000-8000-' || lpad(CAST(s AS VARCHAR), "
        "12, '0') AS UUID) AS subject, TIMESTAMP '2026-01-01' + to_days(CAST(s % 30 + j * (3 + s % "
        "29) AS INT)) AS ordered_at, CAST(5 + (s * 7 + j * 3) % 40 AS DECIMAL(18,4)) AS amount, j "
        "= "
        "3 AS is_return FROM range(300) a(s), range(40) b(j) WHERE j <= s % 11 AND s % 30 + j * (3 "
        "+ "
        "s % 29) < 365");
    const policies::Label bought = LabelOf("user.behavior.purchase_history");
    inputs_ = {{"orders",
                {{{"subject", ColumnType::kUuid, LabelOf("user.unique_id")},
                  {"ordered_at", ColumnType::kTimestamp, bought},
                  {"amount", ColumnType::kDecimal, LabelOf("user.financial")},
                  {"is_return", ColumnType::kBool, bought}}}}};
    context_.as_of = *TimestampFromText("2026-10-01");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  static FitOptions Fit(const std::string& more = "") {
    return FitOptions::FromJson(
               *Json::Parse(R"({"model": "mbgnbd", "time": "ordered_at", "amount": "amount",
                                "returned": "is_return")" +
                            more + "}"))
        .value();
  }
  static ForecastOptions Forecast(const std::string& more = "") {
    return ForecastOptions::FromJson(*Json::Parse(R"({"time": "ordered_at", "amount": "amount",
                                                      "returned": "is_return")" +
                                                  more + "}"))
        .value();
  }
  /// Runs fit; `out` becomes the input `model`.
  Json RunsFit(const FitOptions& options) {
    const Result<Json> figures = RunFit(*connection_, options, inputs_, context_);
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    inputs_["model"] = FitOutputSchema(options, {{"orders", inputs_["orders"]}}).value();
    Sql("ALTER TABLE out RENAME TO model");
    return figures.ok() ? *figures : Json();
  }
  std::string Everything() {
    return connection_
        ->QueryText(
            "SELECT string_agg(r, chr(10) ORDER BY r) FROM (SELECT CAST(out AS VARCHAR) AS "
            "r FROM out)")
        .value();
  }
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
  StageContext context_;
};

TEST_F(PurchaseStage, FitsJudgesAndForecasts) {
  const Json figures = RunsFit(Fit(R"(, "backtest": "60d")"));
  ASSERT_EQ(figures["backtests"].size(), 2U);
  for (const Json& backtest : figures["backtests"].items()) {
    EXPECT_TRUE(backtest["holdout"]["purchases"].Has("mae")) << backtest.Dump();
  }
  const Result<Json> forecast = RunForecast(*connection_, Forecast(), inputs_, context_);
  ASSERT_TRUE(forecast.ok()) << forecast.status().ToString();
  EXPECT_EQ((*forecast)["customers"].AsInt(), 300);
  EXPECT_EQ(connection_
                ->QueryInt64("SELECT count(*) FROM out WHERE p_alive BETWEEN 0 AND 1 AND "
                             "expected_purchases >= 0 AND expected_value >= 0")
                .value(),
            300);
  const Schema schema = ForecastOutputSchema(Forecast(), inputs_).value();
  const auto columns = connection_->Describe("SELECT * FROM out").value();
  ASSERT_EQ(columns.size(), schema.columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(columns[i].name, schema.columns[i].name);
    EXPECT_EQ(columns[i].type, schema.columns[i].type);
  }
}

TEST_F(PurchaseStage, TheFutureNeverChangesThePast) {
  RunsFit(Fit());
  const std::string model =
      connection_->QueryText("SELECT CAST(model AS VARCHAR) FROM model").value();
  Sql("DROP TABLE model; INSERT INTO orders SELECT subject, TIMESTAMP '2026-10-01', 999, false "
      "FROM "
      "orders");
  RunsFit(Fit());
  EXPECT_EQ(connection_->QueryText("SELECT CAST(model AS VARCHAR) FROM model").value(), model);
}

TEST_F(PurchaseStage, PartitionsHoldTogetherTheSameRows) {
  RunsFit(Fit());
  ASSERT_TRUE(RunForecast(*connection_, Forecast(), inputs_, context_).ok());
  const std::string whole = Everything();
  Sql("DROP TABLE out; CREATE TABLE every AS FROM orders; DELETE FROM orders WHERE CAST(subject AS "
      "VARCHAR) LIKE '%1'");
  ASSERT_TRUE(RunForecast(*connection_, Forecast(), inputs_, context_).ok());
  Sql("CREATE TABLE kept AS FROM out; DROP TABLE out; DELETE FROM orders; INSERT INTO orders "
      "SELECT "
      "* FROM every WHERE CAST(subject AS VARCHAR) LIKE '%1' ORDER BY ordered_at DESC");
  ASSERT_TRUE(RunForecast(*connection_, Forecast(), inputs_, context_).ok());
  Sql("INSERT INTO out FROM kept");
  EXPECT_EQ(Everything(), whole);
  Sql("DROP TABLE out; DELETE FROM orders");
  ASSERT_TRUE(RunForecast(*connection_, Forecast(), inputs_, context_).ok());
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out").value(), 0);
}

TEST_F(PurchaseStage, CarryTheLabelsOfWhatFlowsIn) {
  inputs_["model"] = FitOutputSchema(Fit(), inputs_).value();
  EXPECT_EQ(inputs_["model"].Find("model")->label.categories.count("user.financial"), 1U);
  const Schema schema = ForecastOutputSchema(Forecast(), inputs_).value();
  EXPECT_EQ(schema.Find("expected_value")->label.categories.count("user.financial"), 1U);
}

TEST_F(PurchaseStage, RefuseColumnsAndModelsThatDoNotFit) {
  EXPECT_FALSE(
      FitOutputSchema(FitOptions::FromJson(*Json::Parse(R"({"time": "amount"})")).value(), inputs_)
          .ok());
  EXPECT_FALSE(
      FitOutputSchema(FitOptions::FromJson(*Json::Parse(R"({"time": "when"})")).value(), inputs_)
          .ok());
  EXPECT_EQ(ForecastOutputSchema(Forecast(), inputs_).status().message(),
            "forecast: no input is a model");
  RunsFit(Fit());
  EXPECT_EQ(RunForecast(*connection_, Forecast(R"(, "unit": "week")"), inputs_, context_)
                .status()
                .message(),
            "forecast: the model was fitted on other columns or another unit");
}

TEST_F(PurchaseStage, ASeasonThatComesBackIsMeasuredAYearAgoAndApplied) {
  // Two and a half years of 400 people who buy twice as often from October to December.
  Sql("CREATE OR REPLACE TABLE orders AS SELECT CAST('00000000-0000-4000-8000-' || lpad(CAST(s AS "
      "VARCHAR), 12, '0') AS UUID) AS subject, TIMESTAMP '2024-01-01' + to_days(CAST(d AS INT)) AS "
      "ordered_at, CAST(10 AS DECIMAL(18,4)) AS amount, FALSE AS is_return FROM range(400) a(s), "
      "range(1004) b(d) WHERE (s * 7919 + d * 104729) % 997 < (8 + s % 20) * CASE WHEN "
      "month(TIMESTAMP '2024-01-01' + to_days(CAST(d AS INT))) >= 10 THEN 2 ELSE 1 END");
  context_.as_of = *TimestampFromText("2026-10-01");
  const Json figures = RunsFit(Fit(R"(, "seasonal": true, "backtest": "90d")"));
  const double index = figures["season"]["index"].AsDouble();
  EXPECT_GT(index, 1.5) << figures["season"].Dump();
  EXPECT_LT(index, 2.6);
  const Result<Json> plain = RunForecast(*connection_, Forecast(), inputs_, context_);
  ASSERT_TRUE(plain.ok()) << plain.status().ToString();
  Sql("DROP TABLE out");
  const Result<Json> seasonal =
      RunForecast(*connection_, Forecast(R"(, "seasonal": true)"), inputs_, context_);
  ASSERT_TRUE(seasonal.ok()) << seasonal.status().ToString();
  EXPECT_NEAR((*seasonal)["expected_purchases"].AsDouble(),
              index * (*plain)["expected_purchases"].AsDouble(),
              1e-6 * (*seasonal)["expected_purchases"].AsDouble());
}

TEST_F(PurchaseStage, WithoutAYearOfHistoryTheIndexIsOneAndSaysWhy) {
  const Json figures = RunsFit(Fit(R"(, "seasonal": true)"));
  EXPECT_EQ(figures["season"]["index"].AsDouble(), 1);
  EXPECT_FALSE(figures["season"]["failed"].AsString().empty());
}

TEST_F(PurchaseStage, AnIndexThatWasNotMeasuredCannotBeApplied) {
  RunsFit(Fit());
  EXPECT_EQ(RunForecast(*connection_, Forecast(R"(, "seasonal": true)"), inputs_, context_)
                .status()
                .code(),
            StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
