#include "pipelines/models/purchase_backtest.h"

#include <cmath>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kDay = 86'400'000'000;

class PurchaseBacktest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    // 300 people over 2023 to 2025; in the second half of each year they buy three times as often.
    const Status made = connection_->Execute(
        "CREATE TABLE bought AS SELECT 'p' || p AS who, TIMESTAMP '2023-01-01' + to_days(CAST(d AS "
        "INT)) AS on_day, 5 + p % 7 AS paid FROM range(300) a(p), range(1095) b(d) WHERE (p * 7919 "
        "+ "
        "d * 104729) % 997 < (4 + p % 12) * CASE WHEN d % 365 >= 182 THEN 3 ELSE 1 END");
    ASSERT_TRUE(made.ok()) << made.ToString();
    options_.family = PurchaseFamily::kMbgNbd;
    options_.rows.table = "bought";
    options_.rows.customer = "who";
    options_.rows.time = "on_day";
    options_.rows.amount = "paid";
  }
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  BacktestOptions options_;
};

TEST_F(PurchaseBacktest, JudgesEachCutOffOneWindowApartTheLastAtTheEnd) {
  const Timestamp until = *TimestampFromText("2025-06-30");
  const Json all = Backtests(*connection_, options_, until, 60 * kDay, 3);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all.items()[0]["cutoff"].AsString().substr(0, 10), "2025-03-02");
  EXPECT_EQ(all.items()[2]["cutoff"].AsString().substr(0, 10), "2025-06-30");
  for (const Json& one : all.items()) {
    EXPECT_TRUE(one["holdout"]["purchases"]["expected"].is_number()) << one.Dump();
    EXPECT_TRUE(one["holdout"]["value"]["expected"].is_number()) << one.Dump();
  }
}

TEST_F(PurchaseBacktest, TheIndexRepairsWhatTheSeasonBiases) {
  options_.seasonal = true;
  const Timestamp until = *TimestampFromText("2025-06-30");
  const Json judged = Backtest(*connection_, options_, until, 90 * kDay);
  const double without = judged["holdout"]["purchases"]["aggregate_error"].AsDouble();
  const double with = judged["season"]["aggregate_error_with_index"].AsDouble();
  EXPECT_LT(without, -0.25) << judged.Dump();
  EXPECT_LT(std::fabs(with), std::fabs(without) / 2) << judged.Dump();
  EXPECT_GT(SeasonAt(*connection_, options_, until, 90 * kDay)["index"].AsDouble(), 1.3);
}

TEST_F(PurchaseBacktest, SaysWhyACutOffOrASeasonCannotBeJudged) {
  options_.seasonal = true;
  const Timestamp early = *TimestampFromText("2022-06-30");
  EXPECT_NE(Backtest(*connection_, options_, early, 30 * kDay)["failed"].AsString().find("bought"),
            std::string::npos);
  const Json season = SeasonAt(*connection_, options_, *TimestampFromText("2023-06-30"), 30 * kDay);
  EXPECT_EQ(season["index"].AsDouble(), 1);
  EXPECT_FALSE(season["failed"].AsString().empty());
}

}  // namespace
}  // namespace signet::pipelines
