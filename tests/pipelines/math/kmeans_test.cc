#include "pipelines/math/kmeans.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/distances.h"
#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

KMeansOptions Options(size_t clusters) {
  KMeansOptions options;
  options.clusters = clusters;
  return options;
}

TEST(KMeans, IsNotWorseThanScikitLearn) {
  // KMeans(k, n_init=200).inertia_ of scikit-learn 1.9.1 over the same rows.
  EXPECT_LE(FitKMeans(ReferencePoints(), Options(3))->inertia, 357.16153731680356 * (1 + 1e-9));
  EXPECT_LE(FitKMeans(ReferencePoints(), Options(5))->inertia, 251.67466335494154 * (1 + 1e-9));
}

TEST(KMeans, DoesNotDependOnRowOrderOrThreads) {
  const PointSet points = Heaps(5, 3000, 4, 21);
  const KMeansFit one = FitKMeans(points, Options(7)).value();
  KMeansOptions threads = Options(7);
  threads.threads = 3;
  const KMeansFit many = FitKMeans(points, threads).value();
  EXPECT_EQ(one.labels, many.labels);
  EXPECT_EQ(one.centroids.cells, many.centroids.cells);
  EXPECT_EQ(one.inertia, many.inertia);
  const KMeansFit backwards = FitKMeans(Reversed(points), threads).value();
  EXPECT_EQ(one.centroids.cells, backwards.centroids.cells);
  EXPECT_EQ(one.inertia, backwards.inertia);
  const std::vector<uint32_t> turned(backwards.labels.rbegin(), backwards.labels.rend());
  EXPECT_EQ(one.labels, turned);
}

TEST(KMeans, EndsWhereEveryRowIsNearestToItsOwnMean) {
  const PointSet points = Heaps(4, 500, 3, 9);
  const KMeansFit fit = FitKMeans(points, Options(6)).value();
  ASSERT_TRUE(fit.converged);
  std::vector<double> sum(size_t{6} * 3, 0);
  std::vector<double> count(6, 0);
  double inertia = 0;
  for (size_t i = 0; i < points.rows(); ++i) {
    const size_t own = fit.labels[i];
    const double squared = SquaredDistance(points.Row(i), fit.centroids.Row(own), 3);
    for (size_t j = 0; j < 6; ++j) {
      EXPECT_LE(squared, SquaredDistance(points.Row(i), fit.centroids.Row(j), 3));
    }
    for (size_t c = 0; c < 3; ++c) sum[own * 3 + c] += points.Row(i)[c];
    ++count[own];
    inertia += squared;
  }
  for (size_t j = 0; j < 6; ++j) {
    EXPECT_EQ(static_cast<size_t>(count[j]), fit.sizes[j]);
    for (size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(sum[j * 3 + c] / count[j], fit.centroids.Row(j)[c], 1e-9);
    }
  }
  EXPECT_NEAR(fit.inertia, inertia, 1e-6 * inertia);
}

TEST(KMeans, StopsEarlierAtATolerance) {
  const PointSet points = Heaps(4, 2000, 3, 9);
  KMeansOptions options = Options(9);
  options.restarts = 1;
  const KMeansFit strict = FitKMeans(points, options).value();
  options.tolerance = 1e-2;
  const KMeansFit loose = FitKMeans(points, options).value();
  EXPECT_LT(loose.iterations, strict.iterations);
  EXPECT_TRUE(loose.converged);
  EXPECT_LT(loose.inertia, 1.2 * strict.inertia);
}

TEST(KMeans, OfRowsGivenTwiceHasTwiceTheInertiaAndTheSameCentroids) {
  const PointSet points = Heaps(3, 200, 2, 4);
  PointSet twice = points;
  twice.cells.insert(twice.cells.end(), points.cells.begin(), points.cells.end());
  const KMeansFit once = FitKMeans(points, Options(3)).value();
  const KMeansFit both = FitKMeans(twice, Options(3)).value();
  EXPECT_NEAR(both.inertia, 2 * once.inertia, 1e-9 * both.inertia);
  for (size_t i = 0; i < once.centroids.cells.size(); ++i) {
    EXPECT_NEAR(once.centroids.cells[i], both.centroids.cells[i], 1e-9);
  }
}

TEST(KMeans, NumbersClustersBySize) {
  PointSet points;
  points.columns = 1;
  for (int i = 0; i < 60; ++i) points.cells.push_back(i < 10 ? 0 : i < 40 ? 50 : 100);
  const KMeansFit fit = FitKMeans(points, Options(3)).value();
  EXPECT_EQ(fit.sizes, (std::vector<size_t>{30, 20, 10}));
  EXPECT_EQ(fit.centroids.cells, (std::vector<double>{50, 100, 0}));
  EXPECT_EQ(fit.inertia, 0);
}

TEST(KMeans, ByMiniBatchesComesCloseToLloyd) {
  const PointSet points = Heaps(4, 4000, 3, 8);
  KMeansOptions options = Options(4);
  const double lloyd = FitKMeans(points, options)->inertia;
  options.mini_batch = true;
  const KMeansFit fit = FitKMeans(points, options).value();
  EXPECT_LT(fit.inertia, 1.02 * lloyd);
  EXPECT_GT(fit.sizes.back(), 0U);
}

TEST(KMeans, FillsClustersThatStartEmpty) {
  const PointSet points = Heaps(3, 50, 2, 3);
  PointSet start;
  start.columns = 2;
  start.cells = {0, 0, 0, 0, 1e6, 1e6};
  const KMeansFit fit = FitKMeansFrom(points, start, Options(3)).value();
  EXPECT_GT(fit.sizes.back(), 0U);
}

TEST(KMeans, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(FitKMeans(PointSet{{}, 2}, Options(2)).ok());
  EXPECT_FALSE(FitKMeans(PointSet{{1, 1, 1, 2}, 1}, Options(3)).ok());  // two distinct rows
  EXPECT_FALSE(FitKMeans(PointSet{{1, 2, 3}, 1}, Options(4)).ok());
  EXPECT_FALSE(FitKMeans(PointSet{{1, 2, 3}, 1}, Options(0)).ok());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(FitKMeans(PointSet{{1, nan, 3}, 1}, Options(2)).ok());
  EXPECT_FALSE(FitKMeans(PointSet{{1, INFINITY, 3}, 1}, Options(2)).ok());
  const KMeansFit alone = FitKMeans(PointSet{{1, 2, 3}, 1}, Options(3)).value();
  EXPECT_EQ(alone.inertia, 0);
}

}  // namespace
}  // namespace signet::pipelines
