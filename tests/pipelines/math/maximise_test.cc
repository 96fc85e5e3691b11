#include "pipelines/math/maximise.h"

#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

/// Rosenbrock's valley upside down: the maximum 0 at (1, 1), hard to climb.
double Valley(std::span<const double> x, std::span<double> gradient) {
  const double a = 1 - x[0];
  const double b = x[1] - x[0] * x[0];
  gradient[0] = 2 * a + 400 * x[0] * b;
  gradient[1] = -200 * b;
  return -a * a - 100 * b * b;
}

TEST(Maximise, FollowsACurvedRidgeToItsTop) {
  const Maximum found = Maximise(Valley, {-1.2, 1}, {});
  EXPECT_TRUE(found.converged);
  EXPECT_NEAR(found.point[0], 1, 1e-8);
  EXPECT_NEAR(found.point[1], 1, 1e-8);
  const Maximum polished =
      Polish(Valley, found, {.bound = 12, .tolerance = 1e-13, .steps_max = 10});
  EXPECT_NEAR(polished.point[0], 1, 1e-11);
}

TEST(Maximise, StopsAtTheBoundWhereTheTopLiesBeyond) {
  const Objective slope = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 1;
    gradient[1] = -2 * x[1];
    return x[0] - x[1] * x[1];
  };
  const Maximum found = Maximise(slope, {0, 3}, {.bound = 5});
  EXPECT_TRUE(found.converged);
  EXPECT_EQ(found.point[0], 5);
  EXPECT_NEAR(found.point[1], 0, 1e-9);
}

TEST(Maximise, MeasuresTheCurvatureAndInvertsIt) {
  const std::vector<double> top = {1, 1};
  const std::vector<double> information = ObservedInformation(Valley, top);
  const std::vector<double> want = {802, -400, -400, 200};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(information[i], want[i], 1e-4);
  const std::vector<double> inverse = InverseOf(want, 2);
  ASSERT_EQ(inverse.size(), 4U);
  EXPECT_NEAR(inverse[0], 0.5, 1e-9);
  EXPECT_NEAR(inverse[3], 2.005, 1e-9);
}

TEST(Maximise, InvertsNoSaddleAndNoNumberThatIsNone) {
  EXPECT_TRUE(InverseOf(std::vector<double>{1, 0, 0, -1}, 2).empty());
  EXPECT_TRUE(InverseOf(std::vector<double>{1, 1, 1, 1}, 2).empty());
  EXPECT_TRUE(InverseOf(std::vector<double>{NAN, 0, 0, 1}, 2).empty());
}

}  // namespace
}  // namespace signet::pipelines
