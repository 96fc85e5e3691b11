#include "pipelines/math/softplus.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

constexpr double kUnit = 0x1p-52;

TEST(Softplus, IsThatOfTheCLibrary) {
  std::vector<double> x;
  for (int i = 0; i < 1156; ++i) {
    const double size = 1e-18 * std::pow(1.0437, i);  // to 3,000
    x.push_back(size);
    x.push_back(-size);
  }
  std::vector<double> value(x.size());
  std::vector<double> slope(x.size());
  Softplus(x.data(), x.size(), value.data(), slope.data());
  for (size_t i = 0; i < x.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "x = " << x[i]);
    const double power = x[i] < -700 ? 0 : std::exp(-std::fabs(x[i]));
    const double want = std::fmax(x[i], 0) + std::log1p(power);
    const double wanted_slope = (x[i] > 0 ? 1 : power) / (1 + power);
    EXPECT_NEAR(value[i], want, 4 * kUnit * want);
    EXPECT_NEAR(slope[i], wanted_slope, 4 * kUnit * wanted_slope);
  }
}

TEST(Softplus, OfWhatCannotBeIsNothing) {
  const double x[] = {-HUGE_VAL, -701, 0, 800, HUGE_VAL};
  double value[5];
  double slope[5];
  Softplus(x, 5, value, slope);
  EXPECT_EQ(value[0], 0);
  EXPECT_EQ(slope[0], 0);
  EXPECT_EQ(value[1], 0);
  EXPECT_EQ(slope[2], 0.5);
  EXPECT_DOUBLE_EQ(value[2], std::log(2));
  EXPECT_EQ(value[3], 800);
  EXPECT_EQ(slope[3], 1);
  EXPECT_EQ(value[4], HUGE_VAL);
  EXPECT_EQ(slope[4], 1);
}

TEST(Softplus, DoesNotDependOnHowManyAreAskedAtOnce) {
  std::vector<double> x(37);
  for (size_t i = 0; i < x.size(); ++i) x[i] = 3.0 * std::sin(static_cast<double>(i)) - 1;
  std::vector<double> value(x.size());
  std::vector<double> slope(x.size());
  Softplus(x.data(), x.size(), value.data(), slope.data());
  for (size_t i = 0; i < x.size(); ++i) {
    double one = 0;
    double one_slope = 0;
    Softplus(&x[i], 1, &one, &one_slope);
    EXPECT_EQ(one, value[i]);
    EXPECT_EQ(one_slope, slope[i]);
  }
}

}  // namespace
}  // namespace signet::pipelines
