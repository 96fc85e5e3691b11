#include "pipelines/models/figures.h"

#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Figures, OfClassesAgreeWithHandCounts) {
  const std::vector<double> scores = {0.9, 0.8, 0.6, 0.4, 0.2, 0.1};
  const std::vector<uint8_t> labels = {1, 1, 0, 1, 0, 0};
  const Json figures = ClassFigures(scores, labels, 1).value();
  EXPECT_NEAR(figures["auc"]["value"].AsDouble(), 8.0 / 9, 1e-5);
  EXPECT_NEAR(figures["pr_auc"]["value"].AsDouble(), (1 + 1 + 0.75) / 3, 1e-5);
  EXPECT_NEAR(
      figures["brier"]["value"].AsDouble(), (0.01 + 0.04 + 0.36 + 0.36 + 0.04 + 0.01) / 6, 1e-5);
  EXPECT_EQ(figures["base_rate"].AsDouble(), 0.5);
  EXPECT_FALSE(ClassFigures(scores, std::vector<uint8_t>(6, 1), 1).ok());
}

TEST(Figures, OfValuesAgreeWithHandCounts) {
  const std::vector<double> values = {0, 1, 2, 3};
  const std::vector<double> predicted = {1, 1, 2, 2};
  const Json figures = ValueFigures(predicted, values, 1);
  EXPECT_NEAR(figures["rmse"]["value"].AsDouble(), 0.707107, 1e-5);
  EXPECT_EQ(figures["mae"]["value"].AsDouble(), 0.5);
  EXPECT_EQ(figures["bias"]["value"].AsDouble(), 0);
  EXPECT_GT(figures["normalised_gini"]["value"].AsDouble(), 0.7);
  EXPECT_EQ(ValueFigures(values, values, 1)["normalised_gini"]["value"].AsDouble(), 1);
  EXPECT_FALSE(ValueFigures(predicted, std::vector<double>{-1, 1, 2, 3}, 1).Has("gini"));
}

TEST(Figures, DecilesHoldLiftAndGains) {
  std::vector<double> scores;
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) {
    scores.push_back(200 - i);
    values.push_back(i < 20 ? 1 : 0);
  }
  const Json deciles = DecilesJson(scores, values);
  ASSERT_EQ(deciles.size(), 10U);
  EXPECT_EQ(deciles.items()[0]["lift"].AsDouble(), 10);
  EXPECT_EQ(deciles.items()[0]["gains"].AsDouble(), 1);
  EXPECT_EQ(deciles.items()[9]["observed"].AsDouble(), 0);
  scores.resize(100);
  values.resize(100);
  EXPECT_TRUE(DecilesJson(scores, values).is_null());  // too few people in each
}

TEST(Figures, SurvivalDecilesShowTheKaplanMeierMedian) {
  std::vector<double> predicted;
  std::vector<double> times;
  std::vector<uint8_t> happened;
  for (int i = 0; i < 210; ++i) {
    const int tenth = i / 21;
    predicted.push_back(tenth + 1.0);
    times.push_back(i % 21 + 1.0);
    happened.push_back(i < 21 || i % 21 < 5 ? 1 : 0);
  }
  const Json deciles = SurvivalDecilesJson(predicted, times, happened);
  EXPECT_EQ(deciles.items()[0]["observed"].AsDouble(), 11);
  EXPECT_TRUE(deciles.items()[5]["observed"].is_null());  // most of them are censored
  EXPECT_EQ(deciles.items()[5]["events"].AsInt(), 5);
}

}  // namespace
}  // namespace signet::pipelines
