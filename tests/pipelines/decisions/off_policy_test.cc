#include "pipelines/decisions/off_policy.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

uint32_t ActionAt(double u, const std::array<double, 3>& chances) {
  if (u < chances[0]) return 0;
  return u < chances[0] + chances[1] ? 1 : 2;
}

double MeanReward(uint32_t action, double x) {
  if (action == 1) return 0.25;
  return (action == 0) == (x > 0) ? 0.35 : 0.15;
}

/// Three actions; the first is best for x > 0, the last otherwise; logged 0.5 / 0.3 / 0.2 with the
/// likelier action depending on x. The target takes the best one: true value `truth`.
LoggedDecisions Log(uint64_t seed, size_t n, double& truth) {
  Draw draw(seed);
  LoggedDecisions log;
  log.actions = {"a", "b", "c"};
  log.context.resize(1);
  truth = 0;
  for (size_t i = 0; i < n; ++i) {
    const double x = draw.Normal();
    const std::array<double, 3> chances = {x > 0 ? 0.5 : 0.2, 0.3, x > 0 ? 0.2 : 0.5};
    const uint32_t action = ActionAt(draw.Uniform(), chances);
    const uint32_t best = x > 0 ? 0 : 2;
    truth += MeanReward(best, x) / static_cast<double>(n);
    log.action.push_back(action);
    log.propensity.push_back(chances[action]);
    log.reward.push_back(draw.Uniform() < MeanReward(action, x) ? 1 : 0);
    log.target_action.push_back(best);
    log.target.push_back(best == action ? 1 : 0);
    log.context[0].push_back(x);
  }
  return log;
}

TEST(OffPolicy, RecoversThePolicysValueAndBeatsTheFixedArms) {
  double truth = 0;
  const LoggedDecisions log = Log(1, 20'000, truth);
  const auto report = EvaluateOffPolicy(log, {});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  for (const Estimate* e : {&report->policy.ips, &report->policy.snips, &report->policy.dr}) {
    EXPECT_NEAR(e->value, truth, 0.02);
    EXPECT_LT(e->low, truth);
    EXPECT_GT(e->high, truth);
  }
  EXPECT_LT(report->policy.dr.high - report->policy.dr.low,
            report->policy.ips.high - report->policy.ips.low);
  EXPECT_GT(report->over_best_fixed.low, 0);
  EXPECT_GT(report->over_logged.low, 0);
  EXPECT_NEAR(report->policy.mean_weight.value, 1, 0.03);
  EXPECT_TRUE(report->warnings.empty());
}

// 95 % +- 2 % over 600 seeded logs.
TEST(OffPolicy, IntervalsCoverTheTruth) {
  int ips = 0;
  int snips = 0;
  int robust = 0;
  for (uint64_t world = 0; world < 600; ++world) {
    double sample_truth = 0;
    const auto report = EvaluateOffPolicy(Log(100 + world, 400, sample_truth), {});
    const auto covers = [](const Estimate& e) { return e.low <= 0.35 && e.high >= 0.35 ? 1 : 0; };
    ips += covers(report->policy.ips);
    snips += covers(report->policy.snips);
    robust += covers(report->policy.dr);
  }
  EXPECT_NEAR(ips / 600.0, 0.95, 0.02);
  EXPECT_NEAR(snips / 600.0, 0.95, 0.02);
  EXPECT_NEAR(robust / 600.0, 0.95, 0.02);
}

TEST(OffPolicy, DoesNotDependOnRowOrder) {
  double truth = 0;
  LoggedDecisions log = Log(3, 500, truth);
  const Json before = EvaluateOffPolicy(log, {})->ToJson(log.actions, 0.95);
  std::reverse(log.action.begin(), log.action.end());
  for (std::vector<double>* values : {&log.reward, &log.propensity, &log.target, &log.context[0]}) {
    std::reverse(values->begin(), values->end());
  }
  std::reverse(log.target_action.begin(), log.target_action.end());
  EXPECT_EQ(EvaluateOffPolicy(log, {})->ToJson(log.actions, 0.95).Dump(), before.Dump());
}

TEST(OffPolicy, TheLoggingPolicyItselfEarnsTheLoggedMean) {
  double truth = 0;
  LoggedDecisions log = Log(4, 2000, truth);
  log.target = log.propensity;
  log.target_action.clear();
  const auto report = EvaluateOffPolicy(log, {});
  EXPECT_DOUBLE_EQ(report->policy.ips.value, report->logged.value);
  EXPECT_DOUBLE_EQ(report->policy.snips.value, report->logged.value);
  EXPECT_NEAR(report->policy.effective, 2000, 1e-6);
}

TEST(OffPolicy, ClippingCutsWeightsAndSaysSo) {
  double truth = 0;
  const LoggedDecisions log = Log(5, 1000, truth);
  OffPolicyOptions options;
  options.clip = 1.5;
  const auto report = EvaluateOffPolicy(log, options);
  EXPECT_EQ(report->policy.weight_max, 1.5);
  EXPECT_GT(report->policy.clipped, 0U);
}

TEST(OffPolicy, WarnsOfWrongPropensitiesAndOfActionsNeverLogged) {
  double truth = 0;
  LoggedDecisions log = Log(6, 5000, truth);
  for (double& p : log.propensity) p /= 2;
  EXPECT_FALSE(EvaluateOffPolicy(log, {})->warnings.empty());
  log = Log(6, 5000, truth);
  log.target_action[0] = LoggedDecisions::kNoAction;
  EXPECT_GT(EvaluateOffPolicy(log, {})->unsupported_share, 0);
}

TEST(OffPolicy, RefusesWhatIsNoProbability) {
  double truth = 0;
  for (const double bad : {0.0, -0.1, 1.5}) {
    LoggedDecisions log = Log(7, 100, truth);
    log.propensity[3] = bad;
    EXPECT_FALSE(EvaluateOffPolicy(log, {}).ok()) << bad;
  }
  LoggedDecisions log = Log(7, 100, truth);
  log.target.assign(100, 0);
  EXPECT_FALSE(EvaluateOffPolicy(log, {}).ok());
}

}  // namespace
}  // namespace signet::pipelines
