#include "pipelines/math/hex_bins.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(HexBins, NeverShowAGroupBelowTheMinimum) {
  const PointSet points = Heaps(3, 700, 2, 4);
  std::vector<uint32_t> labels;
  labels.reserve(points.rows());
  for (uint32_t i = 0; i < points.rows(); ++i) labels.push_back(i % 3);
  for (const size_t group : {1U, 10U, 50U}) {
    const HexBins bins = HexBinsOf(points, labels, group);
    size_t shown = 0;
    for (const HexBin& bin : bins.bins) {
      EXPECT_GE(bin.count, group);
      EXPECT_TRUE(bin.label == -1 || bin.of_label >= group);
      shown += bin.count;
    }
    EXPECT_NEAR(bins.hidden_share, 1 - static_cast<double>(shown) / 2100, 0.006);
  }
}

TEST(HexBins, CountEveryPointWhereAllMayBeShown) {
  const PointSet points = Heaps(2, 300, 2, 6);
  const HexBins bins = HexBinsOf(points, {}, 1);
  size_t shown = 0;
  for (const HexBin& bin : bins.bins) shown += bin.count;
  EXPECT_EQ(shown, points.rows());
  EXPECT_EQ(bins.hidden_share, 0);
}

TEST(HexBins, PutPointsIntoTheNearestHexagon) {
  const PointSet points = Heaps(1, 2000, 2, 6);
  const HexBins bins = HexBinsOf(points, {}, 1);
  // A point lies within the outer radius of some shown centre.
  for (size_t i = 0; i < points.rows(); ++i) {
    double least = 1e300;
    for (const HexBin& bin : bins.bins) {
      const double dx = points.Row(i)[0] - bin.x;
      const double dy = points.Row(i)[1] - bin.y;
      least = std::min(least, dx * dx + dy * dy);
    }
    EXPECT_LE(least, bins.radius * bins.radius * 1.0001);
  }
}

TEST(HexBins, OfFewPeopleAreEmpty) {
  const HexBins bins = HexBinsOf(Heaps(1, 8, 2, 1), {}, 10);
  EXPECT_TRUE(bins.bins.empty());
  EXPECT_EQ(bins.hidden_share, 1);
}

}  // namespace
}  // namespace signet::pipelines
