#include "pipelines/math/point_set.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(CanonicalOrder, DependsOnContentAlone) {
  PointSet points = Heaps(3, 200, 2, 5);
  points.cells.insert(points.cells.end(), points.cells.begin(), points.cells.begin() + 60);
  const PointSet backwards = Reversed(points);
  const PointSet a = points.Taken(CanonicalOrder(points, 7));
  const PointSet b = backwards.Taken(CanonicalOrder(backwards, 7));
  EXPECT_EQ(a.cells, b.cells);
  EXPECT_NE(a.cells, points.Taken(CanonicalOrder(points, 8)).cells);
}

TEST(CanonicalOrder, SpreadsRepeatedRowsLikeOthers) {
  PointSet points;
  points.columns = 1;
  for (int i = 0; i < 2000; ++i) points.cells.push_back(i < 1000 ? 1 : 2);
  const PointSet head = points.Taken(CanonicalOrder(points, 1)).Head(500);
  const auto ones = std::count(head.cells.begin(), head.cells.end(), 1.0);
  EXPECT_GT(ones, 180);
  EXPECT_LT(ones, 320);
}

TEST(DistinctRows, CountsUpToTheLimitAndTakesBothZerosForOne) {
  const PointSet points{{1, 2, 1, 2, 0.0, 2, -0.0, 2, 5, 5}, 2};
  EXPECT_EQ(DistinctRows(points, 10), 3U);
  EXPECT_EQ(DistinctRows(points, 2), 2U);
}

TEST(ForBlocks, DoesEachBlockOnce) {
  std::vector<int> done(100, 0);
  ForBlocks(done.size(), 4, [&](size_t block) { ++done[block]; });
  EXPECT_EQ(std::count(done.begin(), done.end(), 1), 100);
  ForBlocks(0, 4, [](size_t /*block*/) { FAIL(); });
}

}  // namespace
}  // namespace signet::pipelines
