#include "pipelines/synthetic/truth.h"

#include <gtest/gtest.h>

namespace signet::pipelines::synthetic {
namespace {

TEST(AreaUnderCurve, CountsPairsAndHalvesTies) {
  EXPECT_DOUBLE_EQ(AreaUnderCurve({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}), 0.75);
  EXPECT_DOUBLE_EQ(AreaUnderCurve({1, 1, 1}, {0, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(AreaUnderCurve({3, 2, 1}, {1, 0, 0}), 1.0);
  EXPECT_DOUBLE_EQ(AreaUnderCurve({1, 2}, {1, 1}), 0.5);
}

TEST(RankCorrelation, KnowsOrderReverseAndTies) {
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3}, {10, 200, 3'000}), 1.0);
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3}, {3, 2, 1}), -1.0);
  // Ranks 1.5 1.5 3 against 1 2 3: 1.5 / sqrt(1.5 * 2).
  EXPECT_NEAR(RankCorrelation({5, 5, 9}, {1, 2, 3}), 0.8660254037844386, 1e-12);
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 1}, {1, 2}), 0);
}

}  // namespace
}  // namespace signet::pipelines::synthetic
