#include "pipelines/math/item_similarity.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

/// Four customers: 0 and 1 took items 0 and 1, 2 took 0 and 2, 3 took 2 alone.
InteractionMatrix Four() {
  return {{0, 2, 4, 6, 7},
          {{0, 1, 0}, {1, 1, 0}, {0, 1, 0}, {1, 1, 0}, {0, 1, 0}, {2, 1, 0}, {2, 1, 0}},
          3};
}

TEST(ItemSimilarity, IsTheConditionalShareDrawnTowardsPopularity) {
  const ItemSimilarity similarity = ItemSimilarity::Of(Four(), {.shrink = 2});
  // Item 0: three customers, two of whom took 1 and one of whom took 2.
  ASSERT_EQ(similarity.Neighbours(0).size(), 2U);
  EXPECT_EQ(similarity.Neighbours(0)[0].item, 1U);
  EXPECT_FLOAT_EQ(similarity.Neighbours(0)[0].similarity, 2.0F / 5);
  EXPECT_FLOAT_EQ(similarity.Neighbours(0)[1].similarity, 1.0F / 5);
  std::vector<float> scores(3);
  const std::vector<Interaction> row = {{1, 1, 0}};
  similarity.Score(row, scores);
  const float weight = std::log(2.0F);
  // (n_10 + shrink p_0) / (n_1 + shrink) with n_10 = 2, p_0 = 3/4, n_1 = 2.
  EXPECT_FLOAT_EQ(scores[0], weight * (2 + 2 * 0.75F) / 4);
  EXPECT_FLOAT_EQ(scores[2], weight * (0 + 2 * 0.5F) / 4);
  EXPECT_GT(scores[1], weight);  // the customer's own
}

TEST(ItemSimilarity, IsTheCosineIfAsked) {
  const ItemSimilarity similarity =
      ItemSimilarity::Of(Four(), {.likeness = ItemLikeness::kCosine, .shrink = 0});
  EXPECT_FLOAT_EQ(similarity.Neighbours(1)[0].similarity, 2 / std::sqrt(2.0F * 3.0F));
  ASSERT_EQ(similarity.Neighbours(2).size(), 1U);
  EXPECT_FLOAT_EQ(similarity.Neighbours(2)[0].similarity, 1 / std::sqrt(3.0F * 2.0F));
}

TEST(ItemSimilarity, DoesNotDependOnThreadsAndKeepsTheNearest) {
  std::vector<size_t> starts = {0};
  std::vector<Interaction> cells;
  for (uint32_t c = 0; c < 300; ++c) {
    for (uint32_t i = 0; i < 200; ++i) {
      if ((c * 7 + i * 13 + c * i) % 11 == 0) {
        cells.push_back({i, 1.0F + static_cast<float>(c % 3), 0});
      }
    }
    starts.push_back(cells.size());
  }
  const InteractionMatrix matrix(starts, cells, 200);
  const ItemSimilarity one = ItemSimilarity::Of(matrix, {.neighbours = 5});
  const ItemSimilarity three = ItemSimilarity::Of(matrix, {.neighbours = 5, .threads = 3});
  const ItemSimilarity wide = ItemSimilarity::Of(matrix, {.neighbours = 50});
  for (size_t i = 0; i < 200; ++i) {
    ASSERT_EQ(one.Neighbours(i).size(), three.Neighbours(i).size());
    EXPECT_LE(one.Neighbours(i).size(), 5U);
    for (size_t n = 0; n < one.Neighbours(i).size(); ++n) {
      EXPECT_EQ(one.Neighbours(i)[n].item, three.Neighbours(i)[n].item);
      EXPECT_EQ(one.Neighbours(i)[n].item, wide.Neighbours(i)[n].item);
      EXPECT_EQ(one.Neighbours(i)[n].similarity, three.Neighbours(i)[n].similarity);
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
