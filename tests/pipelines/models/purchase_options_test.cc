#include <set>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/models/purchase_stage.h"

namespace signet::pipelines {
namespace {

TEST(PurchaseOptions, ReadWhatIsWritten) {
  const Result<FitOptions> fit = FitOptions::FromJson(*Json::Parse(
      R"({"model": "cnbd", "input": "o", "time": "t", "amount": "m", "unit": "week",
          "backtest": "90d"})"));
  ASSERT_TRUE(fit.ok()) << fit.status().ToString();
  EXPECT_EQ(fit->model, PurchaseFamily::kMbgCnbd);
  EXPECT_EQ(fit->purchases.unit, TimeUnit::kWeek);
  EXPECT_EQ(fit->backtest_seconds, 90 * 86400);
  const Result<ForecastOptions> forecast =
      ForecastOptions::FromJson(*Json::Parse(R"({"time": "t"})"));
  ASSERT_TRUE(forecast.ok()) << forecast.status().ToString();
  EXPECT_EQ(forecast->purchases.input, "orders");
  EXPECT_EQ(forecast->horizon_seconds, 90 * 86400);
}

TEST(PurchaseOptions, RefuseWhatIsUnknownOrMissing) {
  EXPECT_EQ(FitOptions::FromJson(*Json::Parse("{}")).status().message(), "fit: 'time' is missing");
  EXPECT_FALSE(FitOptions::FromJson(*Json::Parse(R"({"time": "t", "model": "bg"})")).ok());
  EXPECT_FALSE(FitOptions::FromJson(*Json::Parse(R"({"time": "t", "tme": "t"})")).ok());
  EXPECT_FALSE(ForecastOptions::FromJson(*Json::Parse(R"({"time": "t", "horizon": "soon"})")).ok());
}

TEST(PurchaseOptions, EveryOptionIsDocumentedOnce) {
  for (const std::vector<OptionDoc>& docs : {FitOptions::Options(), ForecastOptions::Options()}) {
    std::set<std::string> names;
    for (const OptionDoc& doc : docs) {
      EXPECT_TRUE(names.insert(doc.name).second) << doc.name;
      EXPECT_FALSE(doc.text.empty());
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
