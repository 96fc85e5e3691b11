#include "pipelines/math/consequence.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

class Consequence : public testing::Test {
 protected:
  /// One column; `cell(i, outcome of i)`; one row in `every` has the outcome.
  template <typename Cell>
  static bool Follows(size_t rows, size_t every, const Cell& cell) {
    std::vector<float> cells;
    std::vector<uint8_t> outcome;
    for (size_t i = 0; i < rows; ++i) {
      outcome.push_back(i % every == 0 ? 1 : 0);
      cells.push_back(cell(i, outcome.back() != 0));
    }
    return ComesWithOutcomeAlone({cells, 1}, 0, outcome);
  }
};

TEST_F(Consequence, AnAmountThatNobodyHasWithoutTheOutcomeFollowsIt) {
  const auto spent = [](size_t i, bool visited) {
    return visited && i % 50 == 0 ? 10.0F + static_cast<float>(i % 7) : 0.0F;
  };
  EXPECT_TRUE(Follows(2000, 10, spent));
  EXPECT_TRUE(Follows(2000, 10, [&](size_t i, bool visited) {
    const float amount = spent(i, visited);
    return amount == 0 ? std::nanf("") : amount;  // missing where nothing was bought
  }));
}

TEST_F(Consequence, OneExceptionIsEnoughToDoubt) {
  EXPECT_FALSE(Follows(2000, 10, [](size_t i, bool visited) {
    return (visited && i % 50 == 0) || i == 3 ? 1.0F : 0.0F;
  }));
}

TEST_F(Consequence, AFewRowsMayBeChance) {
  // Five rows with the outcome: one in 100,000 by chance.
  EXPECT_FALSE(Follows(2000, 10, [](size_t i, bool) { return i % 400 == 0 ? 1.0F : 0.0F; }));
  // Where nearly all have it, many rows say little.
  EXPECT_FALSE(Follows(2000, 1, [](size_t i, bool) { return i % 4 == 0 ? 1.0F : 0.0F; }));
}

TEST_F(Consequence, WhatTheOutcomeNeedsIsNoConsequence) {
  // Only members can redeem: known before.
  EXPECT_FALSE(Follows(2000, 10, [](size_t i, bool) { return i % 2 == 0 ? 1.0F : 0.0F; }));
  EXPECT_FALSE(Follows(2000, 10, [](size_t, bool) { return 1.0F; }));
  EXPECT_FALSE(Follows(0, 10, [](size_t, bool) { return 1.0F; }));
}

TEST_F(Consequence, RowsThatDoNotCountChangeNothing) {
  std::vector<float> cells;
  std::vector<uint8_t> outcome;
  for (size_t i = 0; i < 2000; ++i) {
    outcome.push_back(i % 10 == 0 ? 1 : i % 10 == 1 ? kRowNotCounted : 0);
    cells.push_back(i % 50 <= 1 ? 1.0F : 0.0F);
  }
  EXPECT_TRUE(ComesWithOutcomeAlone({cells, 1}, 0, outcome));
}

}  // namespace
}  // namespace signet::pipelines
