#include "pipelines/math/intervals.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Intervals, RoundToSignificantDigitsAndShowNoNan) {
  EXPECT_EQ(Rounded(123456.789).Dump(), "123457");
  EXPECT_EQ(Rounded(0.0012345678).Dump(), "0.00123457");
  EXPECT_TRUE(Rounded(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(Rounded(std::numeric_limits<double>::infinity()).is_null());
}

TEST(Intervals, OfAMeanHasItsStandardError) {
  const Estimate e = MeanEstimate(std::vector<double>{1, 2, 3, 4, 5}, 0.95);
  EXPECT_DOUBLE_EQ(e.value, 3);
  EXPECT_NEAR(e.high - e.value, 1.959964 * std::sqrt(2.5 / 5), 1e-6);
}

TEST(Intervals, OfARatioShrinkToNothingWhenTheRatioIsConstant) {
  const Estimate e =
      RatioEstimate(std::vector<double>{2, 4, 6}, std::vector<double>{1, 2, 3}, 0.95);
  EXPECT_DOUBLE_EQ(e.value, 2);
  EXPECT_NEAR(e.low, 2, 1e-12);
  EXPECT_EQ(RatioEstimate(std::vector<double>{0, 0}, std::vector<double>{0, 0}, 0.95).value, 0);
}

}  // namespace
}  // namespace signet::pipelines
