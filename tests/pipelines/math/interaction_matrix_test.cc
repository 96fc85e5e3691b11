#include "pipelines/math/interaction_matrix.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

InteractionMatrix Small() {
  return {{0, 2, 2, 5}, {{0, 1, 10}, {2, 3, 20}, {0, 2, 5}, {1, 1, 6}, {2, 1, 7}}, 3};
}

TEST(InteractionMatrix, TransposesThereAndBack) {
  const InteractionMatrix items = Small().Transposed();
  EXPECT_EQ(items.customers(), 3U);
  ASSERT_EQ(items.Row(0).size(), 2U);
  EXPECT_EQ(items.Row(0)[1].item, 2U);
  EXPECT_EQ(items.Row(0)[1].count, 2);
  EXPECT_EQ(items.Row(2)[0].last, 20);
  const InteractionMatrix back = items.Transposed();
  EXPECT_EQ(back.Row(1).size(), 0U);
  EXPECT_EQ(back.Row(2)[2].last, 7);
}

TEST(InteractionMatrix, TrimsToWhatWasTakenMostOften) {
  const InteractionMatrix trimmed = Small().Trimmed(2);
  ASSERT_EQ(trimmed.Row(2).size(), 2U);
  EXPECT_EQ(trimmed.Row(2)[0].item, 0U);
  EXPECT_EQ(trimmed.Row(2)[1].item, 1U);  // a tie: the lower item
  EXPECT_EQ(trimmed.Row(0).size(), 2U);
}

TEST(InteractionMatrix, BlocksCoverEachRowOnce) {
  for (const int threads : {1, 3}) {
    std::vector<int> seen(1000, 0);
    ForEachBlock(seen.size(), threads, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) ++seen[i];
    });
    EXPECT_EQ(seen, std::vector<int>(1000, 1));
  }
  EXPECT_FLOAT_EQ(InteractionMatrix::Weight(1), std::log(2.0F));
}

}  // namespace
}  // namespace signet::pipelines
