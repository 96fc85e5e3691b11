#include "pipelines/experiments/evaluation.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"
#include "tests/pipelines/experiments/evaluation_world.h"

namespace signet::pipelines {
namespace {

TEST(Evaluation, AMismatchStopsUnlessTheSharesWerePlanned) {
  EvaluationWorld world({"control", "offer"});
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  Shares(buy, 0, 100, 1000);
  Shares(buy, 1, 30, 300);
  const auto stopped = world.Run();
  EXPECT_TRUE(stopped->stopped);
  EXPECT_TRUE(stopped->lines.empty());
  EXPECT_EQ(stopped->figures["metrics"].size(), 0U);
  world.design.expected = {{"control", 10}, {"offer", 3}};
  EXPECT_FALSE(world.Run()->stopped);
  world.design.expected = {};
  world.design.srm_alpha = 0;
  const auto told = world.Run();
  EXPECT_FALSE(told->stopped);
  EXPECT_FALSE(told->warnings.empty());
}

TEST(Evaluation, ManyComparisonsAreCorrected) {
  EvaluationWorld world({"a", "b"});
  for (const char* name : {"m1", "m2", "m3"}) world.Metric(name, MetricKind::kProportion);
  Shares(world.sums[0], 0, 100, 1000);
  Shares(world.sums[0], 1, 129, 1000);
  for (size_t m : {1UL, 2UL}) {
    Shares(world.sums[m], 0, 100, 1000);
    Shares(world.sums[m], 1, 101, 1000);
  }
  EXPECT_TRUE(world.Run()->lines[0].significant);
  world.design.correction = Correction::kHolm;
  const auto holm = world.Run();
  EXPECT_NEAR(holm->lines[0].adjusted_p, 3 * holm->lines[0].told.p_value, 1e-12);
  EXPECT_FALSE(holm->lines[0].significant);
}

// Kidney stones (Charig et al. 1986): each segment prefers A, the whole prefers B.
TEST(Evaluation, WarnsOfSimpsonsParadox) {
  EvaluationWorld world({"B", "A"}, 2);
  MetricSums& cured = world.Metric("cured", MetricKind::kProportion);
  Shares(cured, 0, 234, 270, 0);
  Shares(cured, 1, 81, 87, 0);
  Shares(cured, 0, 55, 80, 1);
  Shares(cured, 1, 192, 263, 1);
  const auto e = world.Run();
  ASSERT_TRUE(e.ok()) << e.status().ToString();
  EXPECT_TRUE(e->findings[0].simpson);
  EXPECT_GE(e->warnings.size(), 2U);  // the paradox, and the arms' different mix
  ASSERT_EQ(e->segments.size(), 2U);
  EXPECT_GT(e->segments[0].told.difference.value, 0);
  EXPECT_LT(e->lines[0].told.difference.value, 0);
}

TEST(Evaluation, TellsSegmentsThatDiffer) {
  EvaluationWorld world({"a", "b"}, 3);
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  for (size_t s = 0; s < 3; ++s) {
    Shares(buy, 0, 200, 1000, s);
    Shares(buy, 1, s == 0 ? 300 : 200, 1000, s);
  }
  EXPECT_LT(world.Run()->findings[0].p_value, 0.001);
  EXPECT_EQ(world.Run()->findings[0].degrees, 2);
}

TEST(Evaluation, WarnsWhenOutcomesAreMissingInOneArm) {
  EvaluationWorld world({"a", "b"});
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  Shares(buy, 0, 100, 1000);
  Shares(buy, 1, 100, 1000);
  buy.missing = {10, 100};
  ASSERT_TRUE(world.Run().ok());
  world.units.assigned = {1010, 1100};
  world.units.analysed = world.units.assigned;
  world.design.expected = {{"a", 1010}, {"b", 1100}};
  const auto e = Evaluate(world.design, world.units, world.metrics, world.sums, {});
  ASSERT_EQ(e->warnings.size(), 1U);
  EXPECT_NE(e->warnings[0].find("missing"), std::string::npos);
}

TEST(Evaluation, NamesWhatIsWrong) {
  EvaluationWorld world({"a", "b"});
  Shares(world.Metric("buy", MetricKind::kProportion), 0, 1, 10);
  Shares(world.sums[0], 1, 1, 1);
  EXPECT_FALSE(world.Run().ok());  // one unit in b
  Shares(world.sums[0], 1, 1, 9);
  world.design.control = "plain";
  EXPECT_NE(world.Run().status().remedy().find("a, b"), std::string::npos);
  world.design.control = "a";
  world.design.expected = {{"a", 1}};
  EXPECT_FALSE(world.Run().ok());
}

// Property: merging partitions' sums is the whole; a copy of all units halves the variance.
TEST(Evaluation, MergedPartitionsAreTheWholeAndACopyHalvesTheVariance) {
  Draw draw(31);
  EvaluationWorld whole({"a", "b"});
  EvaluationWorld parts[2] = {EvaluationWorld({"a", "b"}), EvaluationWorld({"a", "b"})};
  whole.Metric("spend", MetricKind::kMean);
  for (EvaluationWorld& part : parts) part.Metric("spend", MetricKind::kMean);
  for (int i = 0; i < 2000; ++i) {
    const double y = std::exp(draw.Normal());
    whole.sums[0].segments[0][static_cast<size_t>(i % 2)].Add(y);
    parts[i % 3 == 0 ? 0 : 1].sums[0].segments[0][static_cast<size_t>(i % 2)].Add(y);
  }
  parts[0].sums[0].Merge(parts[1].sums[0]);
  const auto of_whole = whole.Run();
  EXPECT_EQ(parts[0].Run()->figures.Dump(), of_whole->figures.Dump());
  const double before = of_whole->lines[0].told.standard_error;
  whole.sums[0].Merge(parts[0].sums[0]);
  EXPECT_NEAR(whole.Run()->lines[0].told.standard_error / before, std::sqrt(0.5), 1e-3);
}

}  // namespace
}  // namespace signet::pipelines
