#include "pipelines/experiments/evaluation_report.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

MetricSums Sums(bool varied) {
  Draw draw(41);
  MetricSums sums;
  sums.segments.assign(1, std::vector<MomentSums>(2));
  sums.missing.assign(2, 0);
  for (int i = 0; i < 1000; ++i) {
    const bool hit = draw.Uniform() < (i % 2 == 0 ? 0.2 : 0.3);
    sums.segments[0][static_cast<size_t>(i % 2)].Add(varied && hit ? 1 : 0);
  }
  return sums;
}

Json Figures(const EvaluationDesign& design, MetricDesign metric, bool varied) {
  metric.name = "m";
  const UnitCounts units{{"a", "b"}, {500, 500}, {500, 500}, 0};
  const auto e = Evaluate(design, units, {metric}, {Sums(varied)}, {});
  EXPECT_TRUE(e.ok());
  return e->figures;
}

TEST(EvaluationReport, HoldsEveryFigureThatWasAskedFor) {
  EvaluationDesign design;
  design.control = "a";
  design.bayes = true;
  design.sequential = true;
  design.spending = Spending::kObrienFleming;
  design.information = {0.5};
  MetricDesign metric;
  metric.kind = MetricKind::kProportion;
  metric.margin = 0.02;
  const Json line = Figures(design, metric, /*varied=*/true)["metrics"].items()[0];
  for (const char* key : {"value",
                          "control",
                          "difference",
                          "relative",
                          "statistic",
                          "p_value",
                          "adjusted_p_value",
                          "sequential",
                          "group_sequential",
                          "bayes",
                          "non_inferiority",
                          "missing"}) {
    EXPECT_TRUE(line.Has(key)) << key;
  }
  EXPECT_GT(line["bayes"]["chance_to_win"].AsDouble(), 0.95);
}

// Dump is a CHECK on numbers that are not finite: every path with no variation must survive it.
TEST(EvaluationReport, HoldsNoNumberThatIsNotFinite) {
  EvaluationDesign design;
  design.control = "a";
  design.bayes = true;
  design.sequential = true;
  for (const MetricKind kind : {MetricKind::kProportion, MetricKind::kMean, MetricKind::kRatio}) {
    MetricDesign metric;
    metric.kind = kind;
    metric.margin_share = 0.1;
    EXPECT_EQ(Figures(design, metric, false).Dump().find("nan"), std::string::npos);
  }
}

TEST(EvaluationReport, AMarginMayBeAShareOfTheControl) {
  Comparison c;
  c.control_value = -50;
  MetricDesign metric;
  EXPECT_EQ(MarginOf(metric, c), 0);
  metric.margin_share = 0.02;
  EXPECT_EQ(MarginOf(metric, c), 1);
  metric.margin = 3;
  EXPECT_EQ(MarginOf(metric, c), 3);
}

}  // namespace
}  // namespace signet::pipelines
