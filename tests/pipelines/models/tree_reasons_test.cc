#include "pipelines/models/tree_reasons.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/models/booster.h"

namespace signet::pipelines {
namespace {

constexpr size_t kColumns = 6;

FeatureMatrix RandomRows(size_t rows, uint64_t seed) {
  SeededEntropy entropy(seed);
  FeatureMatrix matrix;
  matrix.columns = kColumns;
  for (size_t i = 0; i < rows * kColumns; ++i) {
    const bool missing = entropy.Next() % 15 == 0;
    matrix.cells.push_back(missing ? std::numeric_limits<float>::quiet_NaN()
                                   : static_cast<float>(entropy.Next() % 1000) / 100);
  }
  for (size_t i = 0; i < rows; ++i) matrix.subjects.push_back({entropy.RandomUuid()});
  return matrix;
}

Booster TrainedOn(const FeatureMatrix& rows, int depth) {
  std::vector<float> labels;
  for (size_t r = 0; r < rows.rows(); ++r) {
    const float* x = rows.cells.data() + r * kColumns;
    const bool positive = (x[0] > 5) != (x[1] > 3) || (x[2] * x[3] > 60);
    labels.push_back(positive ? 1 : 0);
  }
  BoosterOptions options;
  options.max_depth = depth;
  options.rounds_max = 30;
  options.min_child_weight = 1;
  FeatureMatrix none;
  none.columns = kColumns;
  return Booster::Train(Objective::kLogistic, options, 1, {rows, labels}, {none, {}}, {}).value();
}

TEST(TreeReasons, EqualXgboostsOwnContributions) {
  for (const int depth : {1, 3, 6}) {
    SCOPED_TRACE(depth);
    const FeatureMatrix rows = RandomRows(800, 21);
    const Booster booster = TrainedOn(rows, depth);
    const std::vector<float> theirs = booster.Contributions(rows).value();
    TreeReasons reasons(booster.Trees().value(), kColumns);
    const std::vector<double> ours = reasons.Explain(rows.cells);
    double worst = 0;
    for (size_t r = 0; r < rows.rows(); ++r) {
      for (size_t c = 0; c < kColumns; ++c) {
        worst = std::fmax(worst,
                          std::fabs(ours[r * kColumns + c] -
                                    static_cast<double>(theirs[r * (kColumns + 1) + c])));
      }
    }
    EXPECT_LT(worst, 1e-4);
  }
}

TEST(TreeReasons, AddUpToTheMargin) {
  const FeatureMatrix rows = RandomRows(500, 3);
  const Booster booster = TrainedOn(rows, 5);
  TreeReasons reasons(booster.Trees().value(), kColumns);
  const std::vector<double> ours = reasons.Explain(rows.cells);
  const std::vector<double> probabilities = booster.Predict(rows, 1).value();
  double base = 0;
  for (size_t r = 0; r < rows.rows(); ++r) {
    double margin = reasons.bias();
    for (size_t c = 0; c < kColumns; ++c) margin += ours[r * kColumns + c];
    const double rest = std::log(probabilities[r] / (1 - probabilities[r])) - margin;
    if (r == 0) base = rest;  // the model's base margin, the same for every row
    EXPECT_NEAR(rest, base, 1e-4) << r;
  }
}

TEST(TreeReasons, OfAnUnusedColumnAreZero) {
  FeatureMatrix rows = RandomRows(500, 3);
  for (size_t r = 0; r < rows.rows(); ++r) rows.cells[r * kColumns + 5] = 1;
  const Booster booster = TrainedOn(rows, 4);
  TreeReasons reasons(booster.Trees().value(), kColumns);
  const std::vector<double> ours = reasons.Explain(rows.cells);
  for (size_t r = 0; r < rows.rows(); ++r) EXPECT_EQ(ours[r * kColumns + 5], 0);
}

TEST(Booster, SurvivesItsBytesAndRefusesOthers) {
  const FeatureMatrix rows = RandomRows(300, 9);
  const Booster booster = TrainedOn(rows, 3);
  const Result<Booster> read = Booster::Load(booster.Save().value());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Predict(rows, 1).value(), booster.Predict(rows, 2).value());
  EXPECT_EQ(Booster::Load(ToBytes("nonsense")).status().code(), StatusCode::kCorrupt);
}

TEST(Booster, GivesTheSameBytesTwice) {
  const FeatureMatrix rows = RandomRows(2000, 9);
  EXPECT_EQ(TrainedOn(rows, 6).Save().value(), TrainedOn(rows, 6).Save().value());
}

}  // namespace
}  // namespace signet::pipelines
