#include "pipelines/decisions/send_time.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

/// Customers with an hour of their own (`own` of their events), among everybody's 19 h.
std::vector<HourCounts> Customers(uint64_t seed, size_t n, int events, double own) {
  Draw draw(seed);
  std::vector<HourCounts> customers(n);
  for (size_t i = 0; i < n; ++i) {
    for (int e = 0; e < events; ++e) {
      const size_t mine = i % 12;
      const size_t hour = draw.Uniform() < own ? mine : (draw.Uniform() < 0.5 ? 19U : 8U);
      ++customers[i][hour];
    }
  }
  return customers;
}

TEST(SendTime, WithoutHistoryItIsEverybodysHour) {
  const auto model = SendTimeModel::Fit(Customers(1, 500, 10, 0));
  ASSERT_TRUE(model.ok());
  const SendTime best = model->Best({});
  EXPECT_TRUE(best.hour == 19 || best.hour == 8);
  EXPECT_DOUBLE_EQ(best.gain, 1);
}

TEST(SendTime, ALongHistoryGivesTheOwnHour) {
  const auto model = SendTimeModel::Fit(Customers(2, 500, 30, 0.8));
  HourCounts counts{};
  counts[3] = 25;
  const SendTime best = model->Best(counts);
  EXPECT_EQ(best.hour, 3);
  EXPECT_GT(best.gain, 2);
}

TEST(SendTime, ThePriorIsStrongWhereCustomersAreAlike) {
  const auto alike = SendTimeModel::Fit(Customers(3, 800, 10, 0));
  const auto own = SendTimeModel::Fit(Customers(3, 800, 10, 0.8));
  EXPECT_GT(alike->prior(), 100);
  EXPECT_LT(own->prior(), 10);
}

TEST(SendTime, PredictsLaterHoursBetterThanThePopulation) {
  const std::vector<HourCounts> before = Customers(4, 400, 8, 0.6);
  const std::vector<HourCounts> after = Customers(5, 400, 8, 0.6);
  const auto model = SendTimeModel::Fit(before);
  const std::vector<HourCounts> nothing(before.size());
  EXPECT_GT(model->LogLikelihood(before, after), model->LogLikelihood(nothing, after) + 0.1);
}

TEST(SendTime, TheOrderOfCustomersDoesNotMatter) {
  std::vector<HourCounts> customers = Customers(6, 300, 5, 0.5);
  const double prior = SendTimeModel::Fit(customers)->prior();
  std::reverse(customers.begin(), customers.end());
  EXPECT_EQ(SendTimeModel::Fit(customers)->prior(), prior);
  EXPECT_FALSE(SendTimeModel::Fit({HourCounts{}}).ok());
}

}  // namespace
}  // namespace signet::pipelines
