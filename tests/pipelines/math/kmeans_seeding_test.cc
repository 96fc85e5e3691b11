#include "pipelines/math/kmeans_seeding.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(PlusPlusSeeds, TakesOneRowOfEachFarHeap) {
  const PointSet points = Heaps(6, 80, 3, 11);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const PointSet seeds = PlusPlusSeeds(points, 6, seed);
    std::set<size_t> heaps;
    for (size_t j = 0; j < 6; ++j) {
      for (size_t i = 0; i < points.rows(); ++i) {
        if (points.Row(i)[0] == seeds.Row(j)[0] && points.Row(i)[1] == seeds.Row(j)[1]) {
          heaps.insert(i % 6);
        }
      }
    }
    EXPECT_EQ(heaps.size(), 6U) << "seed " << seed;
  }
}

TEST(PlusPlusSeeds, FindsTheFewDistinctRows) {
  PointSet points;
  points.columns = 1;
  for (int i = 0; i < 300; ++i) points.cells.push_back(i < 298 ? 0 : i);
  const PointSet seeds = PlusPlusSeeds(points, 3, 4);
  EXPECT_EQ(std::set<double>(seeds.cells.begin(), seeds.cells.end()).size(), 3U);
}

}  // namespace
}  // namespace signet::pipelines
