#include "pipelines/synthetic/portable_random.h"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace signet::pipelines::synthetic {
namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments Sample(const std::function<double()>& draw, int n = 200'000) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  return {sum / n, squares / n - sum / n * sum / n};
}

TEST(PortableMath, AgreesWithTheLibraryToTheLastDigits) {
  for (int i = 0; i < 131; ++i) {
    const double x = 1e-9 * std::pow(1.37, i);  // to 1e9
    EXPECT_NEAR(PortableLog(x), std::log(x), 1e-14 * (1 + std::fabs(std::log(x)))) << x;
  }
  for (int i = 0; i < 1641; ++i) {
    const double x = -600 + i * 0.731;
    EXPECT_NEAR(PortableExp(x) / std::exp(x), 1.0, 1e-13) << x;
  }
  for (int i = 0; i < 1040; ++i) {
    const double turns = -9 + i * 0.0173;
    EXPECT_NEAR(PortableCosTurns(turns), std::cos(2 * M_PI * turns), 1e-11) << turns;
  }
  EXPECT_EQ(PortableExp(-800), 0);
}

TEST(Random, GivesTheSameNumbersForEver) {
  Random random(42, 1, 7);
  EXPECT_EQ(random.Next(), 10567692681030487185ULL);
  EXPECT_EQ(random.Next(), 493896676458558383ULL);
}

TEST(Random, StreamsOfNeighboursDiffer) {
  Random a(1, 1, 1);
  Random b(1, 1, 2);
  Random c(1, 2, 1);
  Random d(2, 1, 1);
  const uint64_t first = a.Next();
  EXPECT_NE(first, b.Next());
  EXPECT_NE(first, c.Next());
  EXPECT_NE(first, d.Next());
}

TEST(Random, DistributionsHaveTheirMoments) {
  Random random(1, 0, 0);
  struct Case {
    const char* name;
    std::function<double()> draw;
    double mean, variance;
  };
  const std::vector<Case> cases = {
      {"uniform", [&] { return random.Uniform(); }, 0.5, 1.0 / 12},
      {"below 7", [&] { return static_cast<double>(random.Below(7)); }, 3, 4},
      {"exponential", [&] { return random.Exponential(0.5); }, 2, 4},
      {"normal", [&] { return random.Normal(); }, 0, 1},
      {"gamma 1.2", [&] { return random.Gamma(1.2, 60); }, 0.02, 1.2 / 3600},
      {"gamma 0.4", [&] { return random.Gamma(0.4, 2); }, 0.2, 0.1},
      {"poisson", [&] { return static_cast<double>(random.Poisson(1.2)); }, 1.2, 1.2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Moments m = Sample(c.draw);
    EXPECT_NEAR(m.mean, c.mean, 5 * std::sqrt(c.variance / 200'000));
    EXPECT_NEAR(m.variance / c.variance, 1.0, 0.05);
  }
}

}  // namespace
}  // namespace signet::pipelines::synthetic
