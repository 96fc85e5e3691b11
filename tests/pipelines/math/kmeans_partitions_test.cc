#include "pipelines/math/kmeans_partitions.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

/// Deals the rows out to `count` partitions, unevenly: the last ones may stay empty.
std::vector<PointSet> Dealt(const PointSet& points, size_t count, uint64_t seed) {
  SplitMix random(seed);
  std::vector<PointSet> partitions(count);
  for (PointSet& partition : partitions) partition.columns = points.columns;
  for (size_t i = 0; i < points.rows(); ++i) {
    PointSet& own = partitions[static_cast<size_t>(random.Uniform() * random.Uniform() *
                                                   static_cast<double>(count))];
    own.cells.insert(own.cells.end(), points.Row(i), points.Row(i) + points.columns);
  }
  return partitions;
}

KMeansOptions Options(size_t clusters, int threads) {
  KMeansOptions options;
  options.clusters = clusters;
  options.threads = threads;
  options.restarts = 5;
  return options;
}

TEST(KMeansPartitions, GiveTheClustersOfAllRowsTogetherWhateverTheirNumber) {
  const PointSet points = Heaps(5, 400, 3, 21);
  const KMeansFit whole = *FitKMeans(points, Options(6, 1));
  for (const size_t count : {1U, 2U, 7U, 40U}) {
    SCOPED_TRACE(count);
    const std::vector<PointSet> partitions = Dealt(points, count, count);
    const Result<KMeansFit> fit = FitKMeansPartitions(partitions, Options(6, count > 5 ? 3 : 1));
    ASSERT_TRUE(fit.ok()) << fit.status().ToString();
    EXPECT_TRUE(fit->converged);
    EXPECT_EQ(fit->centroids.cells, whole.centroids.cells);
    EXPECT_EQ(fit->sizes, whole.sizes);
    EXPECT_NEAR(fit->inertia, whole.inertia, 1e-9 * whole.inertia);
    EXPECT_EQ(fit->labels.size(), points.rows());
  }
}

TEST(KMeansPartitions, DoNotDependOnTheirNumberWhenTheSketchHoldsAFewRowsOnly) {
  const PointSet points = Heaps(4, 600, 2, 5);
  const KMeansFit one = *FitKMeansPartitions(Dealt(points, 1, 1), Options(4, 1), 64);
  for (const size_t count : {2U, 9U, 33U}) {
    const KMeansFit many = *FitKMeansPartitions(Dealt(points, count, 3), Options(4, 2), 64);
    EXPECT_EQ(many.centroids.cells, one.centroids.cells);
    EXPECT_EQ(many.inertia, one.inertia);
  }
}

TEST(KMeansPartitions, ASketchCountsRowsThatRepeatAndMergesInAnyOrder) {
  PointSet points;
  points.columns = 1;
  for (int i = 0; i < 900; ++i) points.cells.push_back(i % 30);
  KMeansSketch whole(1, 7, 20);
  whole.Add(points);
  std::vector<PointSet> parts = Dealt(points, 6, 2);
  KMeansSketch merged(1, 7, 20);
  for (size_t i = parts.size(); i-- > 0;) {
    KMeansSketch own(1, 7, 20);
    own.Add(parts[i]);
    merged.Merge(own);
  }
  EXPECT_EQ(merged.rows(), 900U);
  EXPECT_EQ(merged.largest(), whole.largest());
  EXPECT_EQ(merged.Sample(1000).cells, whole.Sample(1000).cells);
  EXPECT_EQ(whole.Sample(1000).rows(), 20U * 30U);
}

TEST(KMeansPartitions, RefuseWhatKMeansRefuses) {
  PointSet empty;
  empty.columns = 2;
  EXPECT_EQ(FitKMeansPartitions({&empty, 1}, Options(2, 1)).status().code(), StatusCode::kInvalid);
  const PointSet infinite{{1, INFINITY}, 2};
  EXPECT_FALSE(FitKMeansPartitions({&infinite, 1}, Options(1, 1)).ok());
  const PointSet same{{1, 1, 1, 1}, 2};
  EXPECT_FALSE(FitKMeansPartitions({&same, 1}, Options(2, 1)).ok());
  const std::vector<PointSet> differ = {{{1, 2}, 2}, {{1, 2, 3}, 3}};
  EXPECT_FALSE(FitKMeansPartitions(differ, Options(1, 1)).ok());
}

}  // namespace
}  // namespace signet::pipelines
