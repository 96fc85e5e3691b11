#include "pipelines/math/tsne.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/cluster_quality.h"
#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(Tsne, KeepsHeapsApartAndNeighboursTogether) {
  const PointSet points = Heaps(4, 100, 5, 31);
  TsneOptions options;
  options.perplexity = 15;
  options.iterations = 500;
  const TsneMap map = FitTsne(points, options).value();
  std::vector<uint32_t> labels;
  labels.reserve(points.rows());
  for (uint32_t i = 0; i < points.rows(); ++i) labels.push_back(i % 4);
  EXPECT_GT(SilhouetteOf(map.points, labels, 1)->mean, 0.5);
  EXPECT_GT(map.trustworthiness, 0.9);
  EXPECT_LT(map.kl_divergence, 2);
  EXPECT_GT(map.kl_divergence, 0);
}

TEST(Tsne, DoesNotDependOnRowOrderOrThreads) {
  const PointSet points = Heaps(3, 60, 3, 8);
  TsneOptions options;
  options.perplexity = 10;
  options.iterations = 120;
  const TsneMap a = FitTsne(points, options).value();
  options.threads = 3;
  const TsneMap b = FitTsne(Reversed(points), options).value();
  EXPECT_EQ(a.points.cells, Reversed(b.points).cells);
  EXPECT_EQ(a.kl_divergence, b.kl_divergence);
}

TEST(Tsne, GivesFiniteMapsForOneColumnAndRepeatedRows) {
  PointSet points;
  points.columns = 1;
  for (int i = 0; i < 60; ++i) points.cells.push_back(i % 4);
  TsneOptions options;
  options.perplexity = 5;
  options.iterations = 60;
  const TsneMap map = FitTsne(points, options).value();
  for (const double value : map.points.cells) EXPECT_TRUE(std::isfinite(value));
}

TEST(Tsne, RefusesTooFewRowsAndAPerplexityThatDoesNotFit) {
  EXPECT_FALSE(FitTsne(PointSet{{1, 2, 3}, 1}, {}).ok());
  EXPECT_FALSE(FitTsne(PointSet{{1, 2, 3, 4, 5, 6}, 1}, {}).ok());  // perplexity 30
  TsneOptions options;
  options.perplexity = 2;
  EXPECT_FALSE(FitTsne(PointSet{{1, 1, 1, 1, 1}, 1}, options).ok());  // nothing varies
}

TEST(Trustworthiness, IsOneForTheSamePlaceAndLessForChance) {
  const PointSet points = Heaps(3, 50, 2, 2);
  EXPECT_EQ(Trustworthiness(points, points, 5), 1);
  PointSet other = Heaps(3, 50, 2, 77);
  std::vector<uint32_t> order = CanonicalOrder(other, 5);
  EXPECT_LT(Trustworthiness(points, other.Taken(order), 5), 0.8);
}

}  // namespace
}  // namespace signet::pipelines
