#include "pipelines/math/kmeans_seeding.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

/// From which of six heaps the seeds were taken.
std::set<size_t> HeapsOf(const PointSet& points, const PointSet& seeds) {
  std::set<size_t> heaps;
  for (size_t j = 0; j < seeds.rows(); ++j) {
    for (size_t i = 0; i < points.rows(); ++i) {
      const bool same = points.Row(i)[0] == seeds.Row(j)[0] && points.Row(i)[1] == seeds.Row(j)[1];
      if (same) heaps.insert(i % 6);
    }
  }
  return heaps;
}

TEST(PlusPlusSeeds, TakesOneRowOfEachFarHeap) {
  const PointSet points = Heaps(6, 80, 3, 11);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const PointSet seeds = PlusPlusSeeds(points, 6, seed);
    EXPECT_EQ(HeapsOf(points, seeds).size(), 6U) << "seed " << seed;
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
