#include "pipelines/math/paired_judgement.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "pipelines/math/point_set.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

struct Rows {
  std::vector<double> a, b;
  std::vector<uint8_t> labels;
};

/// Outcomes with known chances; `a` knows part of them, `b` as much of another part.
Rows Draw(size_t n, uint64_t seed, double know_a, double know_b) {
  SplitMix random(seed);
  Rows rows;
  for (size_t i = 0; i < n; ++i) {
    const double truth = random.Uniform();
    rows.labels.push_back(random.Uniform() < truth ? 1 : 0);
    rows.a.push_back(know_a * truth + (1 - know_a) * random.Uniform());
    rows.b.push_back(know_b * truth + (1 - know_b) * random.Uniform());
  }
  return rows;
}

TEST(PairedJudgement, TheDifferenceIsThatOfTheTwoAucsAndNarrowerThanIfTheyWereApart) {
  const Rows rows = Draw(2000, 1, 0.6, 0.62);
  const auto figures = JudgeProbabilities(rows.a, rows.b, rows.labels, 0.95);
  ASSERT_TRUE(figures.ok());
  const PairedFigure& auc = figures->front();
  const Estimate a = *Auc(rows.a, rows.labels, 0.95);
  const Estimate b = *Auc(rows.b, rows.labels, 0.95);
  EXPECT_NEAR(auc.difference.value, b.value - a.value, 1e-12);
  const double apart = std::hypot(a.high - a.low, b.high - b.low);
  EXPECT_LT(auc.difference.high - auc.difference.low, apart);
}

// Ten rows by hand: both AUCs from the pairs, DeLong's variance from the placements.
TEST(PairedJudgement, AgreesWithPairsCountedByHand) {
  const std::vector<uint8_t> labels = {1, 1, 1, 1, 0, 0, 0, 0, 0};
  const std::vector<double> a = {.9, .8, .4, .3, .7, .35, .2, .1, .05};
  const std::vector<double> b = {.9, .8, .75, .3, .7, .35, .2, .1, .05};
  const auto figures = JudgeProbabilities(a, b, labels, 0.95);
  EXPECT_NEAR(figures->front().a, 17.0 / 20, 1e-12);
  EXPECT_NEAR(figures->front().b, 18.0 / 20, 1e-12);
  // Positive placements differ by (0, 0, 0.2, 0), negative ones by (0.25, 0, 0, 0, 0).
  const double error = std::sqrt(0.01 / 4 + 0.0125 / 5);
  EXPECT_NEAR(figures->front().difference.high, 0.05 + 1.959964 * error, 1e-5);
  EXPECT_EQ(figures->front().Verdict(), "no difference shown");
}

TEST(PairedJudgement, IntervalsCoverTheTruthInNineteenOfTwentyExperiments) {
  // Both know as much: the true difference is 0.
  size_t covered = 0;
  constexpr size_t kExperiments = 1000;
  for (uint64_t seed = 0; seed < kExperiments; ++seed) {
    const Rows rows = Draw(300, seed + 7, 0.5, 0.5);
    const auto figures = JudgeProbabilities(rows.a, rows.b, rows.labels, 0.95);
    covered += figures->front().Verdict() == "no difference shown" ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(covered) / kExperiments, 0.95, 0.02);
}

TEST(PairedJudgement, SaysWhichIsBetterWhateverTheMetricsDirection) {
  const Rows rows = Draw(4000, 3, 0.2, 0.9);
  const auto figures = JudgeProbabilities(rows.a, rows.b, rows.labels, 0.95);
  for (const PairedFigure& figure : *figures) EXPECT_EQ(figure.Verdict(), "b is better");
  const auto turned = JudgeProbabilities(rows.b, rows.a, rows.labels, 0.95);
  for (const PairedFigure& figure : *turned) EXPECT_EQ(figure.Verdict(), "a is better");
  const std::vector<double> actual = {1, 2, 3, 4, 5, 6};
  const std::vector<double> far = {3, 4, 5, 6, 7, 8.5};
  const auto values = JudgeValues(far, actual, actual, 0.95);
  for (const PairedFigure& figure : *values) {
    EXPECT_EQ(figure.Verdict(), "b is better");
  }
}

TEST(PairedJudgement, TheSameScoreTwiceOrOneRowHasNoDifferenceAndNoNan) {
  const Rows rows = Draw(50, 5, 0.5, 0.5);
  const auto same = JudgeProbabilities(rows.a, rows.a, rows.labels, 0.95);
  for (const PairedFigure& figure : *same) {
    EXPECT_EQ(figure.difference.value, 0);
    EXPECT_EQ(figure.Verdict(), "no difference shown");
  }
  const auto single =
      JudgeValues(std::vector<double>{1}, std::vector<double>{2}, std::vector<double>{3}, 0.95);
  for (const PairedFigure& figure : *single) {
    EXPECT_TRUE(std::isfinite(figure.difference.low));
  }
  const std::vector<uint8_t> one_class(50, 1);
  EXPECT_EQ(JudgeProbabilities(rows.a, rows.b, one_class, 0.95).status().code(),
            StatusCode::kInvalid);
  EXPECT_EQ(JudgeValues({}, {}, {}, 0.95).status().code(), StatusCode::kInvalid);
}

TEST(PairedJudgement, DoesNotDependOnRowOrder) {
  Rows rows = Draw(500, 9, 0.4, 0.6);
  const auto before = JudgeProbabilities(rows.a, rows.b, rows.labels, 0.95);
  std::reverse(rows.a.begin(), rows.a.end());
  std::reverse(rows.b.begin(), rows.b.end());
  std::reverse(rows.labels.begin(), rows.labels.end());
  const auto after = JudgeProbabilities(rows.a, rows.b, rows.labels, 0.95);
  for (size_t i = 0; i < before->size(); ++i) {
    EXPECT_EQ((*before)[i].ToJson().Dump(), (*after)[i].ToJson().Dump());
  }
}

}  // namespace
}  // namespace signet::pipelines
