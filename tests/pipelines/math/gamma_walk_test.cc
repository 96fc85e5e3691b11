#include "pipelines/math/gamma_walk.h"

#include <cmath>

#include <gtest/gtest.h>

#include "pipelines/math/distributions.h"

namespace signet::pipelines {
namespace {

/// Repetitions, whole steps, far ones and broken ones.
double StepAfter(int i) {
  if (i % 7 == 0) return 0;
  if (i % 31 == 0) return 40;
  return i % 43 == 0 ? 0.25 : 1;
}

void Walk(double base, double step) {
  GammaWalk walk(base, step);
  double x = 0;
  for (int i = 0; i < 300; ++i) {
    walk.To(x);
    const double at = base + step * x;
    SCOPED_TRACE(testing::Message() << "at " << at);
    EXPECT_NEAR(walk.log(), LogGamma(at), 1e-12 * (1 + std::fabs(LogGamma(at))));
    EXPECT_NEAR(walk.slope(), Digamma(at), 1e-12 * (1 + std::fabs(Digamma(at))));
    x += StepAfter(i);
  }
}

TEST(GammaWalk, IsThatOfEachPointAlone) {
  for (const double base : {1e-4, 0.3, 2.0, 700.5}) {
    Walk(base, 1);
    Walk(base, 3);
  }
}

}  // namespace
}  // namespace signet::pipelines
