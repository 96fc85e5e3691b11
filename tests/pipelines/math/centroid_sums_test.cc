#include "pipelines/math/centroid_sums.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(CentroidSums, AreTheSameHoweverRowsAreSplit) {
  const PointSet points = Heaps(4, 100, 3, 2);
  const std::vector<double> largest = LargestOf(points);
  CentroidSums whole(4, largest);
  std::vector<CentroidSums> parts(3, CentroidSums(4, largest));
  for (size_t i = points.rows(); i-- > 0;) parts[i % 3].Add(points.Row(i), i % 4);
  for (uint32_t i = 0; i < points.rows(); ++i) whole.Add(points.Row(i), i % 4);
  parts[2].Merge(parts[0]);
  parts[2].Merge(parts[1]);
  EXPECT_TRUE(parts[2] == whole);
  EXPECT_FALSE(parts[1] == whole);
}

TEST(CentroidSums, TakeBackWhatWasAdded) {
  const PointSet points = Heaps(2, 10, 2, 3);
  CentroidSums sums(2, LargestOf(points));
  const CentroidSums before = sums;
  sums.Add(points.Row(3), 1);
  sums.Remove(points.Row(3), 1);
  EXPECT_TRUE(sums == before);
}

TEST(CentroidSums, GiveMeansToTheLastDigitsAndKeepEmptyClusters) {
  CentroidSums sums(2, std::vector<double>{3});
  const double a = 1;
  const double b = 2.5;
  sums.Add(&a, 0);
  sums.Add(&b, 0);
  const PointSet means = sums.Means(PointSet{{7, 8}, 1});
  EXPECT_DOUBLE_EQ(means.cells[0], 1.75);
  EXPECT_EQ(means.cells[1], 8);
}

}  // namespace
}  // namespace signet::pipelines
