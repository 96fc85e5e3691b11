#include "policies/disclosure/privacy_budget.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

PublicationRule MonthlyOne() {
  PublicationRule rule;
  rule.epsilon_max = 1.0;
  rule.budget_period_s = int64_t{30} * 86'400;
  rule.rule = "gdpr.yaml:240 publication";
  return rule;
}

TEST(PrivacyBudget, LossesAddUpUntilTheBudgetIsSpent) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.Spend("press", {0.1, 0}, i, rule).ok()) << i;
  const Status refused = budget.Spend("press", {0.001, 0}, 11, rule);
  EXPECT_EQ(refused.code(), StatusCode::kDenied);
  EXPECT_NE(refused.message().find("gdpr.yaml:240"), std::string::npos) << refused.message();
  EXPECT_TRUE(budget.Spend("board", {1.0, 0}, 11, rule).ok()) << "another recipient has its own";
  EXPECT_DOUBLE_EQ(budget.Gauge("press", 12, rule).spent, 1.0) << "a refusal costs nothing";
}

TEST(PrivacyBudget, AnOldLossIsForgottenAfterThePeriod) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  ASSERT_TRUE(budget.Spend("press", {1.0, 0}, 5 * kDay, rule).ok());
  EXPECT_FALSE(budget.Spend("press", {0.1, 0}, 34 * kDay, rule).ok());
  EXPECT_EQ(budget.Gauge("press", 34 * kDay, rule).renews_at_micros, 35 * kDay);
  EXPECT_TRUE(budget.Spend("press", {0.1, 0}, 35 * kDay, rule).ok());
}

TEST(PrivacyBudget, RoundsALossUp) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  int asked = 0;
  while (budget.Spend("press", {0.0101, 0}, 1, rule).ok()) ++asked;
  EXPECT_EQ(asked, 90) << "each cost 0.011";
  EXPECT_FALSE(budget.Spend("press", {0.0, 0}, 1, rule).ok());
}

TEST(PrivacyBudget, GaussianLossesAddUpAsRhoBesideTheEpsilons) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  const PrivacyLoss loss = LossOf(NoiseKind::kGaussian, 0.3);
  double rho = 0;
  while (budget.Spend("press", loss, 1, rule).ok()) {
    rho += loss.rho;
    ASSERT_LE(EpsilonOf(rho), 1.0);
    ASSERT_NEAR(budget.Gauge("press", 1, rule).spent, EpsilonOf(rho), 1e-4);
  }
  EXPECT_GT(EpsilonOf(rho + loss.rho), 1.0) << "the next one would be beyond";
  EXPECT_GE(rho / loss.rho, 10) << "of epsilon 0.3 only three would fit";
  const BudgetGauge gauge = budget.Gauge("press", 1, rule);
  EXPECT_NEAR(gauge.rho, rho, 1e-7);
  EXPECT_EQ(gauge.delta, kPrivacyDelta);
  // Laplace beside it: what is left counts for both.
  const double left = 1.0 - gauge.spent;
  EXPECT_FALSE(budget.Spend("press", {left + 0.002, 0}, 1, rule).ok());
  if (left > 0.004) {
    EXPECT_TRUE(budget.Spend("press", {left - 0.002, 0}, 1, rule).ok());
  }
}

TEST(PrivacyBudget, AGaussianLossIsForgottenAfterThePeriodToo) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  ASSERT_TRUE(budget.Spend("press", LossOf(NoiseKind::kGaussian, 0.9), kDay, rule).ok());
  EXPECT_FALSE(budget.Spend("press", {0.5, 0}, 30 * kDay, rule).ok());
  EXPECT_TRUE(budget.Spend("press", {0.5, 0}, 32 * kDay, rule).ok());
  EXPECT_EQ(budget.Gauge("press", 32 * kDay, rule).delta, 0) << "pure epsilon again";
}

TEST(PrivacyBudget, ComesBackFromJsonAndRefusesOther) {
  PrivacyBudget budget;
  ASSERT_TRUE(budget.Spend("press", {0.25, 0}, 7, MonthlyOne()).ok());
  ASSERT_TRUE(budget.Spend("press", {0, 0.001}, 8, MonthlyOne()).ok());
  const Result<PrivacyBudget> again = PrivacyBudget::FromJson(budget.ToJson());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, budget);
  EXPECT_EQ(again->Recipients(), std::vector<std::string>{"press"});
  EXPECT_EQ(PrivacyBudget::FromJson(Json::Of({{"press", Json::List({1})}})).status().code(),
            StatusCode::kCorrupt);
}

TEST(GaugeText, ShowsHowMuchIsSpent) {
  EXPECT_EQ(GaugeText({"press", 0.3, 1.0, 0, 0, 0}), "[######--------------] 0.30 of 1.00");
  EXPECT_EQ(GaugeText({"press", 0.0, 1.0, 0, 0, 0}), "[--------------------] 0.00 of 1.00");
  EXPECT_EQ(GaugeText({"press", 2.0, 1.0, 0}), "[####################] 2.00 of 1.00");
}

}  // namespace
}  // namespace signet::policies
