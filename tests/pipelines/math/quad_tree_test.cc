#include "pipelines/math/quad_tree.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/math/point_set.h"

namespace signet::pipelines {
namespace {

std::vector<double> SomePoints(size_t count, uint64_t seed) {
  SplitMix random(seed);
  std::vector<double> points;
  points.reserve(2 * count);
  for (size_t i = 0; i < 2 * count; ++i) points.push_back(random.Uniform() * 30 - 10);
  return points;
}

QuadTree::Repulsion Exact(const std::vector<double>& points, double x, double y) {
  QuadTree::Repulsion force;
  for (size_t i = 0; i < points.size(); i += 2) {
    const double dx = x - points[i];
    const double dy = y - points[i + 1];
    const double q = 1 / (1 + dx * dx + dy * dy);
    force.sum += q;
    force.x += q * q * dx;
    force.y += q * q * dy;
  }
  return force;
}

TEST(QuadTree, IsExactWithoutApproximationAndCloseWithIt) {
  const std::vector<double> points = SomePoints(500, 3);
  QuadTree tree;
  tree.Build(points);
  for (size_t i = 0; i < points.size(); i += 50) {
    const QuadTree::Repulsion exact = Exact(points, points[i], points[i + 1]);
    const QuadTree::Repulsion full = tree.From(points[i], points[i + 1], 0);
    EXPECT_NEAR(full.sum, exact.sum, 1e-3 * exact.sum);
    const QuadTree::Repulsion rough = tree.From(points[i], points[i + 1], 0.5);
    EXPECT_NEAR(rough.sum, exact.sum, 0.03 * exact.sum);
    EXPECT_NEAR(rough.x, exact.x, 0.05 * exact.sum);
    EXPECT_NEAR(rough.y, exact.y, 0.05 * exact.sum);
  }
}

TEST(QuadTree, OrdersEveryPointOnce) {
  QuadTree tree;
  tree.Build(SomePoints(333, 9));
  EXPECT_EQ(std::set<uint32_t>(tree.order().begin(), tree.order().end()).size(), 333U);
}

TEST(QuadTree, BearsPointsInOnePlace) {
  QuadTree tree;
  tree.Build(std::vector<double>(40, 2.0));
  const QuadTree::Repulsion force = tree.From(2, 2, 0.5);
  EXPECT_DOUBLE_EQ(force.sum, 20);
  EXPECT_EQ(force.x, 0);
}

}  // namespace
}  // namespace signet::pipelines
