#include "pipelines/synthetic/record_times.h"

#include <string>

#include <gtest/gtest.h>

#include "pipelines/synthetic/chunk_files.h"

namespace signet::pipelines::synthetic {
namespace {

TEST(RecordTimes, ADayIsTheOpeningHoursInOrder) {
  constexpr int64_t kDay = 86'400;
  EXPECT_EQ(Seconds(20'000), 20'000 * kDay + int64_t{8} * 3'600);
  EXPECT_EQ(Seconds(20'000.5), 20'000 * kDay + int64_t{14} * 3'600 + 1'800);
  EXPECT_LT(Seconds(20'000.999'999), 20'000 * kDay + int64_t{21} * 3'600);
  EXPECT_LT(Seconds(20'000.25), Seconds(20'000.26));
}

TEST(RecordTimes, PeriodsDivideTheSpanEvenlyAndTakeInWhatLiesOutside) {
  const Span span{100, 500, 90};
  EXPECT_EQ(PeriodOf(span, 100), 0U);
  EXPECT_EQ(PeriodOf(span, 199.9), 0U);
  EXPECT_EQ(PeriodOf(span, 200), 1U);
  EXPECT_EQ(PeriodOf(span, 499.9), static_cast<size_t>(kPeriods - 1));
  EXPECT_EQ(PeriodOf(span, 550), static_cast<size_t>(kPeriods - 1));
  EXPECT_EQ(PeriodOf(span, 50), 0U);
}

TEST(RecordTimes, AMalformedTimeIsNoTime) {
  Random random(1, 1, 1);
  for (int k = 0; k < 20; ++k) {
    TextBuffer right;
    right.Time(1'750'000'000, 'T');
    TextBuffer wrong;
    WriteMalformedTime(1'750'000'000, random, wrong);
    EXPECT_NE(std::string(wrong.view()), std::string(right.view()));
    EXPECT_FALSE(wrong.view().empty());
  }
}

}  // namespace
}  // namespace signet::pipelines::synthetic
