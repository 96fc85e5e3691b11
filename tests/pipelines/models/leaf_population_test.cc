#include "pipelines/models/leaf_population.h"

#include <numeric>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/models/tree_reasons.h"

namespace signet::pipelines {
namespace {

/// Splits column 0 at 10, and what is left at 3: leaves of 3, 7 and 90 of 100 rows.
Tree SmallTree() {
  Tree tree;
  tree.left = {1, 3, -1, -1, -1};
  tree.right = {2, 4, -1, -1, -1};
  tree.feature = {0, 0, 0, 0, 0};
  tree.threshold = {10, 3, 1, 5, 2};
  tree.default_left = {1, 0, 0, 0, 0};
  tree.cover = {100, 10, 90, 3, 7};
  return tree;
}

CodeMatrix Hundred() {
  CodeMatrix rows{1, std::vector<uint8_t>(100)};
  std::iota(rows.codes.begin(), rows.codes.end(), uint8_t{0});
  return rows;
}

TEST(LeafPopulation, ASplitThatTellsFewApartIsAnEnd) {
  const std::vector<Tree> trees = {SmallTree()};
  EXPECT_EQ(SmallestLeaf(trees, Hundred()), 3);
  EXPECT_EQ(NodesOfFew(trees, Hundred(), 3), (EndNodes{{}}));
  EXPECT_EQ(NodesOfFew(trees, Hundred(), 4), (EndNodes{{1}}));
  EXPECT_EQ(NodesOfFew(trees, Hundred(), 11), (EndNodes{{0, 1}}));
}

TEST(LeafPopulation, AnEndHasTheMeanOfWhatLiesBelow) {
  std::vector<Tree> trees = {SmallTree()};
  EndAt({{1}}, trees);
  EXPECT_LT(trees[0].left[1], 0);
  EXPECT_NEAR(static_cast<double>(trees[0].threshold[1]), (3 * 5.0 + 7 * 2.0) / 10, 1e-6);
  EXPECT_EQ(SmallestLeaf(trees, Hundred()), 10);
  EXPECT_NEAR(TreeReasons(trees, 1).bias(), TreeReasons({SmallTree()}, 1).bias(), 1e-6);
}

TEST(LeafPopulation, NoLeafThatIsToldHasFewerPeople) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededEntropy entropy(seed);
    CodeMatrix rows{2, {}};
    for (int i = 0; i < 600; ++i) rows.codes.push_back(static_cast<uint8_t>(entropy.Next() % 40));
    // A full tree of depth 4 with random cuts.
    Tree tree;
    for (int32_t node = 0; node < 31; ++node) {
      const bool leaf = node >= 15;
      tree.left.push_back(leaf ? -1 : 2 * node + 1);
      tree.right.push_back(leaf ? -1 : 2 * node + 2);
      tree.feature.push_back(static_cast<int32_t>(entropy.Next() % 2));
      tree.threshold.push_back(static_cast<float>(entropy.Next() % 40));
      tree.default_left.push_back(0);
      tree.cover.push_back(1);
    }
    std::vector<Tree> trees = {tree};
    EndAt(NodesOfFew(trees, rows, 25), trees);
    ASSERT_GE(SmallestLeaf(trees, rows), 25) << "seed " << seed;
  }
}

TEST(LeafPopulation, WhatFewTellApartMovesNothing) {
  std::vector<Tree> trees = {SmallTree()};
  const std::vector<float> cells = {1, 5};
  std::vector<double> moved = TreeReasons(trees, 1).Explain(cells);
  EXPECT_NE(moved[0], moved[1]);
  EndAt(NodesOfFew(trees, Hundred(), 10), trees);
  moved = TreeReasons(trees, 1).Explain(cells);
  EXPECT_EQ(moved[0], moved[1]) << "three of the ten people are not told apart";
  EndAt(NodesOfFew(trees, Hundred(), 50), trees);
  moved = TreeReasons(trees, 1).Explain(cells);
  EXPECT_EQ(moved[0], 0.0);
}

}  // namespace
}  // namespace signet::pipelines
