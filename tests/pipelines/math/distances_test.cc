#include "pipelines/math/distances.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(ColumnPoints, GivesTheSameBitsAsOneByOne) {
  for (const size_t columns : {1U, 3U, 8U, 17U}) {
    const PointSet points = Heaps(3, 25, columns, columns);
    const ColumnPoints turned(points);
    std::vector<double> squared(turned.padded());
    turned.Squared(points.Row(4), squared.data());
    for (size_t j = 0; j < points.rows(); ++j) {
      EXPECT_EQ(squared[j], SquaredDistance(points.Row(4), points.Row(j), columns));
    }
  }
}

TEST(ColumnPoints, PadsWithPointsFarAway) {
  const ColumnPoints turned(PointSet{{1, 2, 3}, 1});
  std::vector<double> squared(turned.padded());
  const double origin = 0;
  turned.Squared(&origin, squared.data());
  for (size_t j = 3; j < squared.size(); ++j) EXPECT_GT(squared[j], 1e200);
}

TEST(ColumnPoints, ReplacesAPoint) {
  ColumnPoints turned(PointSet{{1, 2, 3, 4}, 2});
  const double other[2] = {0, 5};
  turned.Replace(1, other);
  std::vector<double> squared(turned.padded());
  turned.Squared(other, squared.data());
  EXPECT_EQ(squared[0], 10);
  EXPECT_EQ(squared[1], 0);
}

TEST(SumOfRoots, AddsEveryRootOnce) {
  std::vector<double> squares;
  double expected = 0;
  for (int i = 0; i < 29; ++i) {
    squares.push_back(i * i);
    expected += i;
  }
  EXPECT_EQ(SumOfRoots(squares.data(), squares.size()), expected);
}

}  // namespace
}  // namespace signet::pipelines
