#include "pipelines/math/quantile_bands.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(QuantileBands, CutAsPandasDoes) {
  // numpy.quantile(range(1, 11), [.2, .4, .6, .8])
  const std::vector<double> bounds = QuantileBounds({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5);
  const std::vector<double> want = {2.8, 4.6, 6.4, 8.2};
  ASSERT_EQ(bounds.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(bounds[i], want[i], 1e-12);
  const size_t bands[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(BandOf(static_cast<double>(i + 1), bounds), bands[i]);
}

TEST(QuantileBands, EqualValuesShareABand) {
  const std::vector<double> tied = {1, 1, 1, 1, 1, 1, 1, 2};
  EXPECT_EQ(QuantileBounds(tied, 4), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(BandOf(1, QuantileBounds(tied, 4)), 0U);
  EXPECT_EQ(BandOf(2, QuantileBounds(tied, 4)), 3U);
  EXPECT_EQ(DistinctQuantileBounds(tied, 4), (std::vector<double>{1}));
  EXPECT_TRUE(DistinctQuantileBounds({3, 3, 3}, 5).empty());
}

TEST(QuantileBands, TakeNoValuesMissingOnesAndInfiniteOnes) {
  EXPECT_TRUE(QuantileBounds({}, 5).empty());
  EXPECT_TRUE(DistinctQuantileBounds({NAN, NAN}, 5).empty());
  EXPECT_EQ(QuantileBounds({4}, 3), (std::vector<double>{4, 4}));
  EXPECT_EQ(QuantileBounds({NAN, 2, NAN, 1}, 2), (std::vector<double>{1.5}));
  for (const double bound : QuantileBounds({1, INFINITY, INFINITY, INFINITY}, 4)) {
    EXPECT_FALSE(std::isnan(bound));
  }
}

TEST(QuantileBands, DoNotDependOnOrderOrOnDuplicatingAllRowsManyTimes) {
  std::vector<double> values;
  values.reserve(101);
  for (int i = 0; i < 101; ++i) values.push_back((i * 37) % 101);
  std::vector<double> turned(values.rbegin(), values.rend());
  EXPECT_EQ(QuantileBounds(values, 5), QuantileBounds(turned, 5));
  std::vector<double> twice = values;
  twice.insert(twice.end(), values.begin(), values.end());
  const auto once = QuantileBounds(values, 5);
  const auto doubled = QuantileBounds(twice, 5);
  for (const double value : values) EXPECT_EQ(BandOf(value, once), BandOf(value, doubled));
}

}  // namespace
}  // namespace signet::pipelines
