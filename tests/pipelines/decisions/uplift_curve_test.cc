#include "pipelines/decisions/uplift_curve.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

/// Uplift 0.2 where the score is positive, else 0 (or everywhere the same).
UpliftRows Rows(uint64_t seed, size_t n, bool differs) {
  Draw draw(seed);
  UpliftRows rows;
  for (size_t i = 0; i < n; ++i) {
    const double x = draw.Normal();
    const bool treated = draw.Uniform() < 0.5;
    const double p = 0.2 + (treated ? (differs ? (x > 0 ? 0.2 : 0) : 0.1) : 0);
    rows.score.push_back(x);
    rows.treated.push_back(treated ? 1 : 0);
    rows.outcome.push_back(draw.Uniform() < p ? 1 : 0);
  }
  return rows;
}

// scikit-uplift 0.5.1: qini_auc_score and uplift_auc_score of these sixty rows.
TEST(UpliftCurve, AgreesWithScikitUplift) {
  const double scores[] = {.9, .8, .8, .7, .6, .5, .4, .3, .2, .1};
  UpliftRows rows;
  for (int i = 0; i < 60; ++i) {
    const int tenth = i / 10;
    rows.score.push_back(scores[i % 10] + tenth * 0.01);
    rows.treated.push_back(i * 7 % 3 == 0 ? 1 : 0);
    rows.outcome.push_back(i * 5 % 4 == 0 ? 1 : 0);
  }
  const auto quality = JudgeUplift(rows, 0.95, 1);
  ASSERT_TRUE(quality.ok()) << quality.status().ToString();
  EXPECT_NEAR(quality->qini_sklift, -0.02557296872064527, 1e-9);
  EXPECT_NEAR(quality->auuc_sklift, -0.019446615210521385, 1e-9);
}

TEST(UpliftCurve, FindsWhoResponds) {
  const auto quality = JudgeUplift(Rows(1, 8000, /*differs=*/true), 0.95, 1);
  EXPECT_TRUE(quality->found);
  EXPECT_GT(quality->deciles[0].uplift.value, quality->deciles[9].uplift.value);
  // The area for an effect of 0.2 in the upper half: 0.2 / 8.
  EXPECT_NEAR(quality->qini.value, 0.025, 0.008);
  EXPECT_NEAR(quality->average_effect.value, 0.1, 0.03);
}

TEST(UpliftCurve, SaysThatNoUpliftWasFound) {
  int found = 0;
  for (uint64_t seed = 10; seed < 60; ++seed) {
    found += JudgeUplift(Rows(seed, 1500, /*differs=*/false), 0.95, seed)->found ? 1 : 0;
  }
  EXPECT_LE(found, 5);  // one-sided 2.5 % of 50
}

TEST(UpliftCurve, DependsOnTheOrderOfScoresOnly) {
  UpliftRows rows = Rows(2, 1000, /*differs=*/true);
  const Json before = JudgeUplift(rows, 0.95, 1)->ToJson();
  std::reverse(rows.score.begin(), rows.score.end());
  std::reverse(rows.treated.begin(), rows.treated.end());
  std::reverse(rows.outcome.begin(), rows.outcome.end());
  EXPECT_EQ(JudgeUplift(rows, 0.95, 1)->ToJson().Dump(), before.Dump());
  for (double& score : rows.score) score = 5 + 3 * score;
  EXPECT_EQ(JudgeUplift(rows, 0.95, 1)->ToJson()["qini"].Dump(), before["qini"].Dump());
}

TEST(UpliftCurve, AConstantScoreIsRandomTargeting) {
  UpliftRows rows = Rows(3, 1000, /*differs=*/true);
  std::fill(rows.score.begin(), rows.score.end(), 0.5);
  const auto quality = JudgeUplift(rows, 0.95, 1);
  EXPECT_NEAR(quality->qini.value, 0, 1e-12);
  EXPECT_FALSE(quality->found);
}

TEST(UpliftCurve, DecilesOfEqualScoresHaveTheSharesOfAll) {
  UpliftRows rows = Rows(4, 4000, /*differs=*/false);
  std::fill(rows.score.begin(), rows.score.end(), 0.5);
  const auto quality = JudgeUplift(rows, 0.95, 1);
  ASSERT_TRUE(quality.ok());
  for (const UpliftDecile& decile : quality->deciles) {
    EXPECT_NEAR(decile.treated / (decile.treated + decile.control), 0.5, 0.03);
    EXPECT_NEAR(decile.uplift.value, quality->average_effect.value, 0.02);
  }
}

TEST(UpliftCurve, RefusesTooFewRowsOfAnArm) {
  UpliftRows rows = Rows(4, 30, /*differs=*/true);
  std::fill(rows.treated.begin(), rows.treated.end(), uint8_t{1});
  EXPECT_FALSE(JudgeUplift(rows, 0.95, 1).ok());
}

}  // namespace
}  // namespace signet::pipelines
