#include "pipelines/segments/cluster_words.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(ClusterWords, TellTheStrongestContrastsFirst) {
  EXPECT_EQ(
      ClusterWords({{"store_share", 0.9}, {"orders_count_90d", 1.8}, {"discount_share", 1.2}}),
      "frequent, discount-driven, store");
  EXPECT_EQ(ClusterWords({{"recency_days", 2}, {"spend_365d", -0.7}}), "lapsed, low-spending");
}

TEST(ClusterWords, FallBackToTheColumnsName) {
  EXPECT_EQ(ClusterWords({{"petal_width", -1}}), "low petal_width");
  EXPECT_EQ(WordsFor("percentage").high, "high percentage");  // no word of its name is "age"
}

TEST(ClusterWords, TellAWordOnceAndLeaveOutWeakContrasts) {
  EXPECT_EQ(ClusterWords({{"orders_count", 2}, {"frequency", 1}, {"tenure", 0.2}}), "frequent");
  EXPECT_EQ(ClusterWords({{"tenure", 0.1}}), "average");
}

TEST(ShortNumber, HasFiveDigitsAndNoIdleZeros) {
  EXPECT_EQ(ShortNumber(12.5), "12.5");
  EXPECT_EQ(ShortNumber(3), "3");
  EXPECT_EQ(ShortNumber(0.123456789), "0.12346");
}

}  // namespace
}  // namespace signet::pipelines
