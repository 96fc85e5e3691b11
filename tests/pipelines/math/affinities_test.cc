#include "pipelines/math/affinities.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/distances.h"
#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(NearestRows, AreTheNearestWithoutTheRowItself) {
  const PointSet points = ReferencePoints();
  const Neighbours near = NearestRows(points, 5, 2);
  for (size_t i = 0; i < points.rows(); ++i) {
    size_t nearer = 0;
    const double farthest = near.squared[i * 5 + 4];
    for (size_t j = 0; j < points.rows(); ++j) {
      if (j != i && SquaredDistance(points.Row(i), points.Row(j), 3) < farthest) ++nearer;
    }
    EXPECT_LE(nearer, 4U);
    for (size_t r = 0; r < 5; ++r) {
      EXPECT_NE(near.rows[i * 5 + r], i);
      EXPECT_EQ(near.squared[i * 5 + r],
                SquaredDistance(points.Row(i), points.Row(near.rows[i * 5 + r]), 3));
    }
  }
}

TEST(Affinities, AreSymmetricAndSumToOne) {
  const Affinities p = AffinitiesOf(ReferencePoints(), 5, 2);
  double total = 0;
  std::vector<double> full(size_t{40} * 40, 0);
  for (size_t i = 0; i < 40; ++i) {
    for (uint32_t e = p.start[i]; e < p.start[i + 1]; ++e) {
      full[i * 40 + p.column[e]] = p.value[e];
      total += p.value[e];
    }
  }
  EXPECT_NEAR(total, 1, 1e-12);
  for (size_t i = 0; i < 40; ++i) {
    for (size_t j = 0; j < 40; ++j) EXPECT_NEAR(full[i * 40 + j], full[j * 40 + i], 1e-15);
  }
}

TEST(Affinities, OfEqualRowsAreFinite) {
  PointSet points;
  points.columns = 1;
  points.cells.assign(20, 3.0);
  for (const double value : AffinitiesOf(points, 3, 1).value) EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace signet::pipelines
