#include "pipelines/experiments/decision_rule.h"

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/evaluation_world.h"

namespace signet::pipelines {
namespace {

TEST(DecisionRule, ShipsTheArmThatIsBetter) {
  EvaluationWorld world({"control", "offer"});
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  Shares(buy, 0, 100, 1000);
  Shares(buy, 1, 150, 1000);
  const auto e = world.Run();
  ASSERT_TRUE(e.ok()) << e.status().ToString();
  EXPECT_EQ(e->decision, "ship");
  EXPECT_EQ(e->winner, "offer");
  world.metrics[0].decrease_is_better = true;
  EXPECT_EQ(world.Run()->decision, "keep_control");
}

TEST(DecisionRule, AGuardrailThatIsHarmedHoldsTheArmBack) {
  EvaluationWorld world({"a", "b"});
  world.Metric("buy", MetricKind::kProportion);
  world.Metric("stay", MetricKind::kProportion);
  world.metrics[1].guardrail = true;
  Shares(world.sums[0], 0, 100, 1000);
  Shares(world.sums[0], 1, 160, 1000);
  Shares(world.sums[1], 0, 900, 1000);
  Shares(world.sums[1], 1, 800, 1000);
  EXPECT_EQ(world.Run()->decision, "keep_control");
  world.sums[1] = MetricSums{{{MomentSums(), MomentSums()}}, {}, {}, {0, 0}};
  Shares(world.sums[1], 0, 900, 1000);
  Shares(world.sums[1], 1, 899, 1000);
  EXPECT_EQ(world.Run()->decision, "ship");
  world.metrics[1].margin_share = 0.001;  // safety must be shown, and is not
  EXPECT_EQ(world.Run()->decision, "keep_control");
}

TEST(DecisionRule, ANonInferiorityTestShipsWhatIsNotWorse) {
  EvaluationWorld world({"a", "b"});
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  Shares(buy, 0, 2000, 10'000);
  Shares(buy, 1, 1995, 10'000);
  EXPECT_EQ(world.Run()->decision, "no_difference");
  world.metrics[0].margin = 0.02;
  EXPECT_EQ(world.Run()->decision, "ship");
  world.metrics[0].margin = 0.005;
  EXPECT_EQ(world.Run()->decision, "no_difference");
}

TEST(DecisionRule, AnEarlyLookNeedsItsBoundary) {
  EvaluationWorld world({"a", "b"});
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  Shares(buy, 0, 100, 1000);
  Shares(buy, 1, 130, 1000);
  EXPECT_EQ(world.Run()->decision, "ship");  // z 2.1
  world.design.spending = Spending::kObrienFleming;
  world.design.information = {0.2};  // |z| 4.9
  EXPECT_EQ(world.Run()->decision, "no_difference");
}

}  // namespace
}  // namespace signet::pipelines
