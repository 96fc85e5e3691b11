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

CodeMatrix RandomRows(size_t rows, uint64_t seed) {
  SeededEntropy entropy(seed);
  CodeMatrix matrix;
  matrix.columns = kColumns;
  for (size_t i = 0; i < rows * kColumns; ++i) {
    const bool missing = entropy.Next() % 15 == 0;
    matrix.codes.push_back(missing ? CodeMatrix::kMissing
                                   : static_cast<uint8_t>(entropy.Next() % 250));
  }
  return matrix;
}

Booster TrainedOn(const CodeMatrix& rows, int depth) {
  std::vector<float> labels;
  for (size_t r = 0; r < rows.rows(); ++r) {
    const uint8_t* x = rows.codes.data() + r * kColumns;
    const bool positive = (x[0] > 125) != (x[1] > 75) || (x[2] * x[3] > 30000);
    labels.push_back(positive ? 1 : 0);
  }
  BoosterOptions options;
  options.max_depth = depth;
  options.rounds_max = 30;
  options.min_child_weight = 1;
  CodeMatrix none;
  none.columns = kColumns;
  return Booster::Train(Loss::kLogistic, options, 1, {rows, {labels, {}, {}}}, {none, {}}, {})
      .value();
}

TEST(TreeReasons, EqualXgboostsOwnContributions) {
  for (const int depth : {1, 3, 6, 10}) {
    SCOPED_TRACE(depth);
    const CodeMatrix rows = RandomRows(800, 21);
    const Booster booster = TrainedOn(rows, depth);
    const std::vector<float> theirs = booster.Contributions(rows).value();
    TreeReasons reasons(booster.Trees().value(), kColumns);
    const std::vector<double> ours = reasons.Explain(rows.Floats(0, rows.rows()));
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
  const CodeMatrix rows = RandomRows(500, 3);
  const Booster booster = TrainedOn(rows, 5);
  TreeReasons reasons(booster.Trees().value(), kColumns);
  const std::vector<double> ours = reasons.Explain(rows.Floats(0, rows.rows()));
  const std::vector<float> margins = booster.Margins(rows, 1).value();
  double base = 0;
  for (size_t r = 0; r < rows.rows(); ++r) {
    double margin = reasons.bias();
    for (size_t c = 0; c < kColumns; ++c) margin += ours[r * kColumns + c];
    const double rest = static_cast<double>(margins[r]) - margin;
    if (r == 0) base = rest;  // the model's base margin, the same for every row
    EXPECT_NEAR(rest, base, 1e-4) << r;
  }
}

TEST(TreeReasons, OfAnUnusedColumnAreZero) {
  CodeMatrix rows = RandomRows(500, 3);
  for (size_t r = 0; r < rows.rows(); ++r) rows.codes[r * kColumns + 5] = 1;
  const Booster booster = TrainedOn(rows, 4);
  TreeReasons reasons(booster.Trees().value(), kColumns);
  const std::vector<double> ours = reasons.Explain(rows.Floats(0, rows.rows()));
  for (size_t r = 0; r < rows.rows(); ++r) EXPECT_EQ(ours[r * kColumns + 5], 0);
}

}  // namespace
}  // namespace signet::pipelines
