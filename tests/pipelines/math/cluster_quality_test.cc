#include "pipelines/math/cluster_quality.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(Silhouette, EqualsScikitLearns) {
  const Result<Silhouette> silhouette = SilhouetteOf(ReferencePoints(), ReferenceLabels(), 2);
  ASSERT_TRUE(silhouette.ok());
  EXPECT_NEAR(silhouette->mean, 0.5541533901221701, 1e-12);
  std::vector<uint32_t> parity;
  parity.reserve(40);
  for (uint32_t i = 0; i < 40; ++i) parity.push_back(i * i % 4);
  EXPECT_NEAR(SilhouetteOf(ReferencePoints(), parity, 1)->mean, -0.039252133319069654, 1e-12);
}

TEST(Silhouette, OfARowAloneIsZeroAndOfOneClusterThereIsNone) {
  const PointSet points{{0, 1, 100}, 1};
  const Silhouette silhouette = SilhouetteOf(points, std::vector<uint32_t>{0, 0, 1}, 1).value();
  EXPECT_EQ(silhouette.by_cluster[1], 0);
  EXPECT_GT(silhouette.by_cluster[0], 0.9);
  EXPECT_FALSE(SilhouetteOf(points, std::vector<uint32_t>{0, 0, 0}, 1).ok());
  EXPECT_FALSE(SilhouetteOf(points, std::vector<uint32_t>{0, 1, 2}, 1).ok());
}

TEST(AdjustedRand, EqualsScikitLearns) {
  std::vector<uint32_t> parity;
  parity.reserve(40);
  for (uint32_t i = 0; i < 40; ++i) parity.push_back(i * i % 4);
  EXPECT_NEAR(AdjustedRand(ReferenceLabels(), parity), -0.03278688524590164, 1e-12);
}

TEST(AdjustedRand, IsOneForTheSameClustersByOtherNames) {
  EXPECT_EQ(AdjustedRand(std::vector<uint32_t>{0, 0, 1, 2}, std::vector<uint32_t>{5, 5, 0, 3}), 1);
  EXPECT_EQ(AdjustedRand(std::vector<uint32_t>{0, 0}, std::vector<uint32_t>{1, 1}), 1);
}

}  // namespace
}  // namespace signet::pipelines
