#include "pipelines/math/lloyd.h"

#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/centroid_sums.h"
#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

/// Steps without bounds.
LloydRun Plainly(const PointSet& points, PointSet centroids, int steps) {
  std::vector<uint32_t> before;
  LloydRun run;
  for (; run.iterations < steps && !run.converged; ++run.iterations) {
    const Assignment assigned = AssignToNearest(points, centroids, 1);
    run.converged = assigned.labels == before;
    if (run.converged) continue;
    before = assigned.labels;
    CentroidSums sums(centroids.rows(), LargestOf(points));
    for (size_t i = 0; i < points.rows(); ++i) sums.Add(points.Row(i), before[i]);
    centroids = sums.Means(centroids);
  }
  run.centroids = std::move(centroids);
  return run;
}

PointSet Cloud(size_t rows, size_t columns) {
  SplitMix random(11);
  PointSet points;
  points.columns = columns;
  points.cells.resize(rows * columns);
  for (double& cell : points.cells) cell = random.Uniform() * random.Uniform() - 0.3;
  return points;
}

TEST(Lloyd, StepsAreThoseWithoutBounds) {
  for (const size_t columns : {1U, 2U, 5U, 8U}) {
    const PointSet points = Cloud(3000, columns);
    for (const size_t clusters : {2U, 7U, 20U}) {
      const PointSet start = points.Head(clusters);
      KMeansOptions options;
      options.threads = 2;
      const LloydRun run = RunLloyd(points, start, options);
      const LloydRun plain = Plainly(points, start, 300);
      SCOPED_TRACE(testing::Message() << columns << " columns, " << clusters << " clusters");
      EXPECT_TRUE(run.converged);
      EXPECT_EQ(run.iterations, plain.iterations);
      EXPECT_EQ(run.centroids.cells, plain.centroids.cells);
    }
  }
}

TEST(Lloyd, StopsWhereItIsTold) {
  const PointSet points = Cloud(500, 3);
  KMeansOptions options;
  options.iterations_max = 2;
  const LloydRun run = RunLloyd(points, points.Head(5), options);
  EXPECT_FALSE(run.converged);
  EXPECT_EQ(run.iterations, 2);
  EXPECT_EQ(run.centroids.cells, Plainly(points, points.Head(5), 2).centroids.cells);
}

}  // namespace
}  // namespace signet::pipelines
