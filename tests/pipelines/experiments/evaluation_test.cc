#include "pipelines/experiments/evaluation.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

/// A generated experiment: arms, one or more metrics, segments.
struct World {
  EvaluationDesign design;
  UnitCounts units;
  std::vector<MetricDesign> metrics;
  std::vector<MetricSums> sums;
  std::vector<std::string> segments;

  explicit World(std::vector<std::string> arms, size_t cells = 1) {
    design.control = arms[0];
    units.arms = std::move(arms);
    units.assigned.assign(units.arms.size(), 0);
    for (size_t s = 0; cells > 1 && s < cells; ++s) segments.push_back("s" + std::to_string(s));
    cells_ = cells;
  }
  MetricSums& Metric(const std::string& name, MetricKind kind) {
    MetricDesign metric;
    metric.name = name;
    metric.kind = kind;
    metrics.push_back(metric);
    MetricSums fresh;
    fresh.segments.assign(cells_, std::vector<MomentSums>(units.arms.size()));
    fresh.missing.assign(units.arms.size(), 0);
    sums.push_back(fresh);
    return sums.back();
  }
  Result<Evaluation> Run() {
    for (size_t a = 0; a < units.arms.size(); ++a) units.assigned[a] = sums[0].Whole(a).units;
    units.analysed = units.assigned;
    return Evaluate(design, units, metrics, sums, segments);
  }

 private:
  size_t cells_ = 1;
};

void Shares(MetricSums& sums, size_t arm, int hits, int units, size_t cell = 0) {
  for (int i = 0; i < units; ++i) sums.segments[cell][arm].Add(i < hits ? 1 : 0);
}

TEST(Evaluation, ShipsTheArmThatIsBetter) {
  World world({"control", "offer"});
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

TEST(Evaluation, AMismatchStopsUnlessTheSharesWerePlanned) {
  World world({"control", "offer"});
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
  World world({"a", "b"});
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

TEST(Evaluation, AGuardrailThatIsHarmedHoldsTheArmBack) {
  World world({"a", "b"});
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

// Kidney stones (Charig et al. 1986): each segment prefers A, the whole prefers B.
TEST(Evaluation, WarnsOfSimpsonsParadox) {
  World world({"B", "A"}, 2);
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
  World world({"a", "b"}, 3);
  MetricSums& buy = world.Metric("buy", MetricKind::kProportion);
  for (size_t s = 0; s < 3; ++s) {
    Shares(buy, 0, 200, 1000, s);
    Shares(buy, 1, s == 0 ? 300 : 200, 1000, s);
  }
  EXPECT_LT(world.Run()->findings[0].p_value, 0.001);
  EXPECT_EQ(world.Run()->findings[0].degrees, 2);
}

TEST(Evaluation, WarnsWhenOutcomesAreMissingInOneArm) {
  World world({"a", "b"});
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
  World world({"a", "b"});
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
  World whole({"a", "b"});
  World parts[2] = {World({"a", "b"}), World({"a", "b"})};
  whole.Metric("spend", MetricKind::kMean);
  for (World& part : parts) part.Metric("spend", MetricKind::kMean);
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
