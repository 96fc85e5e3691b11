#include "pipelines/decisions/bandit.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/decisions/off_policy.h"
#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

/// Arm 0 pays where x > 0, arm 1 elsewhere.
double Reward(Draw& draw, size_t arm, double x) {
  return draw.Uniform() < ((arm == 0) == (x > 0) ? 0.6 : 0.3) ? 1 : 0;
}

TEST(Bandit, LearnsWhichArmPaysWhere) {
  for (const BanditPolicy policy : {BanditPolicy::kThompson, BanditPolicy::kLinUcb}) {
    BanditOptions options;
    options.policy = policy;
    options.alpha = 0.5;
    LinearBandit bandit(2, 2, options);
    Draw draw(1);
    SeededEntropy entropy(2);
    double late = 0;
    for (int i = 0; i < 4000; ++i) {
      const double x = draw.Uniform() < 0.5 ? 1 : -1;
      const std::vector<double> context = {1, x};
      const BanditChoice choice = bandit.Choose(context, entropy);
      const double reward = Reward(draw, choice.arm, x);
      ASSERT_TRUE(bandit.Learn(choice.arm, context, reward).ok());
      if (i >= 2000) late += reward / 2000;
    }
    EXPECT_GT(late, 0.55);  // the best is 0.59 with this exploration, the best fixed arm 0.45
  }
}

TEST(Bandit, PropensitiesSumToOneAndKeepExploring) {
  BanditOptions options;
  options.exploration = 0.1;
  LinearBandit bandit(5, 1, options);
  const std::vector<double> context = {1};
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(bandit.Learn(2, context, 1).ok());
  double total = 0;
  for (const double chance : bandit.Propensities(context)) {
    EXPECT_GE(chance, 0.02 - 1e-12);
    total += chance;
  }
  EXPECT_NEAR(total, 1, 1e-12);
}

// The logged propensities are true: the value of a fixed policy is recovered from the bandit's log.
TEST(Bandit, ItsLogJudgesOtherPolicies) {
  LinearBandit bandit(2, 2, {});
  Draw draw(3);
  SeededEntropy entropy(4);
  LoggedDecisions log;
  log.actions = {"0", "1"};
  for (int i = 0; i < 6000; ++i) {
    const double x = draw.Uniform() < 0.5 ? 1 : -1;
    const std::vector<double> context = {1, x};
    const BanditChoice choice = bandit.Choose(context, entropy);
    const double reward = Reward(draw, choice.arm, x);
    ASSERT_TRUE(bandit.Learn(choice.arm, context, reward).ok());
    log.action.push_back(static_cast<uint32_t>(choice.arm));
    log.propensity.push_back(choice.propensity);
    log.reward.push_back(reward);
    log.target.push_back(choice.arm == 0 ? 1 : 0);
    log.target_action.push_back(0);
  }
  const auto report = EvaluateOffPolicy(log, {});
  ASSERT_TRUE(report.ok());
  EXPECT_LT(report->policy.dr.low, 0.45);
  EXPECT_GT(report->policy.dr.high, 0.45);
}

TEST(Bandit, PartsOfALogMergeIntoTheWhole) {
  LinearBandit whole(2, 2, {});
  LinearBandit parts[2] = {LinearBandit(2, 2, {}), LinearBandit(2, 2, {})};
  for (size_t i = 0; i < 40; ++i) {
    const std::vector<double> context = {1, static_cast<double>(i % 5)};
    ASSERT_TRUE(whole.Learn(i % 2, context, static_cast<double>(i % 3)).ok());
    ASSERT_TRUE(parts[i / 20].Learn(i % 2, context, static_cast<double>(i % 3)).ok());
  }
  ASSERT_TRUE(parts[0].Merge(parts[1]).ok());
  const std::vector<double> context = {1, 2};
  EXPECT_NEAR(parts[0].Expected(1, context), whole.Expected(1, context), 1e-12);
  EXPECT_FALSE(whole.Merge(LinearBandit(3, 2, {})).ok());
}

TEST(Bandit, RefusesDecisionsThatDoNotFit) {
  LinearBandit bandit(2, 1, {});
  const std::vector<double> context = {std::numeric_limits<double>::quiet_NaN()};
  EXPECT_FALSE(bandit.Learn(0, context, 1).ok());
  EXPECT_FALSE(bandit.Learn(2, std::vector<double>{1}, 1).ok());
}

}  // namespace
}  // namespace signet::pipelines
