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
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.Spend("press", 0.1, i, rule).ok()) << i;
  const Status refused = budget.Spend("press", 0.001, 11, rule);
  EXPECT_EQ(refused.code(), StatusCode::kDenied);
  EXPECT_NE(refused.message().find("gdpr.yaml:240"), std::string::npos) << refused.message();
  EXPECT_TRUE(budget.Spend("board", 1.0, 11, rule).ok()) << "another recipient has its own";
  EXPECT_DOUBLE_EQ(budget.Gauge("press", 12, rule).spent, 1.0) << "a refusal costs nothing";
}

TEST(PrivacyBudget, AnOldLossIsForgottenAfterThePeriod) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  ASSERT_TRUE(budget.Spend("press", 1.0, 5 * kDay, rule).ok());
  EXPECT_FALSE(budget.Spend("press", 0.1, 34 * kDay, rule).ok());
  EXPECT_EQ(budget.Gauge("press", 34 * kDay, rule).renews_at_micros, 35 * kDay);
  EXPECT_TRUE(budget.Spend("press", 0.1, 35 * kDay, rule).ok());
}

TEST(PrivacyBudget, RoundsALossUp) {
  PrivacyBudget budget;
  const PublicationRule rule = MonthlyOne();
  int asked = 0;
  while (budget.Spend("press", 0.0101, 1, rule).ok()) ++asked;
  EXPECT_EQ(asked, 90) << "each cost 0.011";
  EXPECT_FALSE(budget.Spend("press", 0.0, 1, rule).ok());
}

TEST(PrivacyBudget, ComesBackFromJsonAndRefusesOther) {
  PrivacyBudget budget;
  ASSERT_TRUE(budget.Spend("press", 0.25, 7, MonthlyOne()).ok());
  const Result<PrivacyBudget> again = PrivacyBudget::FromJson(budget.ToJson());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, budget);
  EXPECT_EQ(again->Recipients(), std::vector<std::string>{"press"});
  EXPECT_EQ(PrivacyBudget::FromJson(Json::Of({{"press", Json::List({1})}})).status().code(),
            StatusCode::kCorrupt);
}

TEST(GaugeText, ShowsHowMuchIsSpent) {
  EXPECT_EQ(GaugeText({"press", 0.3, 1.0, 0}), "[######--------------] 0.30 of 1.00");
  EXPECT_EQ(GaugeText({"press", 0.0, 1.0, 0}), "[--------------------] 0.00 of 1.00");
  EXPECT_EQ(GaugeText({"press", 2.0, 1.0, 0}), "[####################] 2.00 of 1.00");
}

}  // namespace
}  // namespace signet::policies
