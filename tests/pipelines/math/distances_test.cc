#include "pipelines/math/distances.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

void ExpectNearest(const PointSet& centres,
                   const double* row,
                   const NearestCentres& nearest,
                   size_t l) {
  std::vector<double> squared(centres.rows());
  for (size_t j = 0; j < squared.size(); ++j) {
    squared[j] = SquaredDistance(row, centres.Row(j), centres.columns);
  }
  const auto best = std::min_element(squared.begin(), squared.end());
  EXPECT_EQ(nearest.number[l], static_cast<double>(best - squared.begin()));
  EXPECT_EQ(nearest.squared[l], *best);
  *best = HUGE_VAL;
  EXPECT_EQ(nearest.second[l], *std::min_element(squared.begin(), squared.end()));
}

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

TEST(NearestCentres, AreThoseOfAllDistances) {
  SplitMix random(7);
  for (const size_t count : {1U, 2U, 5U, 8U, 33U}) {
    for (const size_t columns : {1U, 3U, 8U, 13U}) {
      PointSet centres;
      centres.columns = columns;
      centres.cells.reserve(count * columns);
      // Few distinct values: ties occur.
      for (size_t i = 0; i < count * columns; ++i) {
        centres.cells.push_back(static_cast<double>(random.Below(3)));
      }
      PointSet points;
      points.columns = columns;
      points.cells.reserve(8 * columns);
      for (size_t i = 0; i < 8 * columns; ++i) {
        points.cells.push_back(static_cast<double>(random.Below(4)) / 3);
      }
      const double* rows[NearestCentres::kRows];
      for (size_t l = 0; l < 8; ++l) rows[l] = points.Row(l);
      std::vector<double> tile(columns * NearestCentres::kRows);
      NearestCentres nearest;
      nearest.Find(centres, rows, tile.data());
      for (size_t l = 0; l < 8; ++l) ExpectNearest(centres, rows[l], nearest, l);
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
