#include "pipelines/math/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

/// Doubles of wildly different sizes and both signs.
std::vector<double> WildValues(uint64_t seed, size_t count) {
  SeededEntropy entropy(seed);
  std::vector<double> values(count);
  for (double& v : values) {
    const double mantissa = static_cast<double>(entropy.Next() >> 11) * 0x1p-53 - 0.5;
    v = std::ldexp(mantissa, static_cast<int>(entropy.Next() % 400) - 200);
  }
  return values;
}

TEST(ExactSum, DoesNotDependOnOrderOrOnHowTheTermsAreSplit) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<double> values = WildValues(seed, 500);
    const double forward = SumOf(values);
    ExactSum halves[3];
    for (size_t i = 0; i < values.size(); ++i) halves[i % 3].Add(values[i]);
    halves[2].Merge(halves[0]);
    halves[2].Merge(halves[1]);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(forward, SumOf(values));
    EXPECT_EQ(forward, halves[2].Value());
    ExactSum whole;
    for (const double v : values) whole.Add(v);
    EXPECT_EQ(whole.Encode(), halves[2].Encode());
  }
}

TEST(ExactSum, KeepsWhatNaiveSummationLoses) {
  EXPECT_EQ(SumOf(std::vector<double>{1e100, 1, -1e100}), 1);
  EXPECT_EQ(SumOf(std::vector<double>{1e308, 1e308, -1e308, -1e308, 5e-324}), 5e-324);
  EXPECT_EQ(SumOf(std::vector<double>{-3, 1, 0.5}), -1.5);
  EXPECT_EQ(SumOf(std::vector<double>{0.1, 0.2}), 0.1 + 0.2);  // one rounding is the best there is
  EXPECT_EQ(SumOf(std::vector<double>{}), 0);
}

TEST(ExactSum, RoundsHalfwayCasesToEven) {
  EXPECT_EQ(SumOf(std::vector<double>{0x1p53, 1}), 0x1p53);
  EXPECT_EQ(SumOf(std::vector<double>{0x1p53, 1, 0x1p-60}), 0x1p53 + 2);
  EXPECT_EQ(SumOf(std::vector<double>{0x1p53 + 2, 1}), 0x1p53 + 4);
}

TEST(ExactSum, AgreesWithLongDoubleOnIntegers) {
  ExactSum sum;
  int64_t expected = 0;
  for (int64_t i = -5000; i < 9000; ++i) {
    sum.Add(static_cast<double>(i * i * (i % 2 == 0 ? 1 : -1)));
    expected += i * i * (i % 2 == 0 ? 1 : -1);
  }
  EXPECT_EQ(sum.Value(), static_cast<double>(expected));
}

TEST(ExactSum, AddsProductsWithoutRounding) {
  ExactSum sum;
  sum.AddProduct(1 + 0x1p-30, 1 + 0x1p-30);
  sum.Add(-1);
  sum.Add(-0x1p-29);
  EXPECT_EQ(sum.Value(), 0x1p-60);
}

TEST(ExactSum, CountsWhatIsNotFinite) {
  ExactSum sum;
  sum.Add(2);
  sum.Add(std::numeric_limits<double>::infinity());
  sum.Add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(sum.Value(), 2);
  EXPECT_EQ(sum.non_finite(), 2U);
}

TEST(ExactSum, SurvivesItsBytesAndRefusesOthers) {
  ExactSum sum;
  for (const double v : WildValues(7, 100)) sum.Add(v);
  Bytes bytes = sum.Encode();
  const Result<ExactSum> read = ExactSum::Decode(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Value(), sum.Value());
  bytes[8] = 1;  // a digit wider than 32 bits
  EXPECT_EQ(ExactSum::Decode(bytes).status().code(), StatusCode::kCorrupt);
  bytes.pop_back();
  EXPECT_FALSE(ExactSum::Decode(bytes).ok());
}

TEST(ExactSum, GivesTheVarianceOfValuesFarFromZero) {
  EXPECT_DOUBLE_EQ(VarianceOf(std::vector<double>{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}), 30);
  EXPECT_EQ(VarianceOf(std::vector<double>{3}), 0);
}

}  // namespace
}  // namespace signet::pipelines
