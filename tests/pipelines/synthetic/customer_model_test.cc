#include "pipelines/synthetic/customer_model.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace signet::pipelines::synthetic {
namespace {

const Span kSpan{19'723, 20'454, 90};

TEST(CustomerModel, ASeasonIntegratesToItself) {
  const CustomerModel model({}, kSpan);
  double sum = 0;
  for (int k = 0; k < 30'000; ++k) sum += 0.01 * model.Season(20'000 + 0.01 * (k + 0.5));
  EXPECT_NEAR(model.SeasonIntegral(20'000, 20'300), sum, 1e-6);
}

TEST(CustomerModel, PurchasesFollowTheRateUntilDropOut) {
  const CustomerModel model({}, kSpan);
  double expected = 0;
  double bought = 0;
  Activity activity;
  for (uint64_t index = 0; index < 20'000; ++index) {
    const Customer c = model.Draw(1, index);
    model.Act(c, 1, activity);
    const double end = std::min(c.dropped, kSpan.as_of + kSpan.horizon);
    expected +=
        c.rate * (model.SeasonIntegral(c.joined, end) + model.LiftIntegral(c, c.joined, end));
    bought += static_cast<double>(activity.purchases.size()) - 1;
    ASSERT_TRUE(std::is_sorted(activity.purchases.begin(), activity.purchases.end()));
    EXPECT_EQ(activity.purchases.front(), c.joined);
    EXPECT_TRUE(activity.sessions.empty() || activity.sessions.back() < end);
  }
  EXPECT_NEAR(bought, expected, 5 * std::sqrt(expected));
}

TEST(CustomerModel, TheOracleIsCalibrated) {
  // Among customers given a chance p of being alive, or of not buying, a share p is, or does not;
  // and the expected purchases add up to those made.
  const CustomerModel model({}, kSpan);
  constexpr int kBins = 5;
  std::array<double, kBins> alive{}, alive_said{}, churned{}, churn_said{}, n_alive{}, n_churn{};
  double expected = 0;
  double made = 0;
  Activity activity;
  for (uint64_t index = 0; index < 40'000; ++index) {
    const Customer c = model.Draw(2, index);
    model.Act(c, 2, activity);
    const CustomerTruth truth = model.TruthAt(c, activity, kSpan.as_of);
    const auto future = std::count_if(activity.purchases.begin(),
                                      activity.purchases.end(),
                                      [](double t) { return t >= kSpan.as_of; });
    const auto a = static_cast<size_t>(std::min(kBins - 1.0, truth.alive_chance * kBins));
    n_alive[a] += 1;
    alive_said[a] += truth.alive_chance;
    alive[a] += truth.alive ? 1 : 0;
    const auto b = static_cast<size_t>(std::min(kBins - 1.0, truth.churn_chance * kBins));
    n_churn[b] += 1;
    churn_said[b] += truth.churn_chance;
    churned[b] += future == 0 ? 1 : 0;
    expected += truth.expected_purchases;
    made += static_cast<double>(future);
  }
  for (size_t bin = 0; bin < kBins; ++bin) {
    SCOPED_TRACE(bin);
    ASSERT_GT(n_alive[bin], 100);
    ASSERT_GT(n_churn[bin], 100);
    EXPECT_NEAR(
        alive[bin] / n_alive[bin], alive_said[bin] / n_alive[bin], 2.5 / std::sqrt(n_alive[bin]));
    EXPECT_NEAR(
        churned[bin] / n_churn[bin], churn_said[bin] / n_churn[bin], 2.5 / std::sqrt(n_churn[bin]));
  }
  EXPECT_NEAR(made, expected, 6 * std::sqrt(expected));
}

TEST(CustomerModel, TheExperimentLiftsTheTreatedOnly) {
  const CustomerModel model({}, kSpan);
  double treated = 0;
  double control = 0;
  double base_treated = 0;
  double base_control = 0;
  Activity activity;
  for (uint64_t index = 0; index < 60'000; ++index) {
    const Customer c = model.Draw(3, index);
    if (c.arm == Arm::kNone || c.exposed == 0) continue;
    model.Act(c, 3, activity);
    const double end = std::min(c.dropped, model.experiment_end());
    const auto bought = static_cast<double>(
        std::count_if(activity.purchases.begin(), activity.purchases.end(), [&](double t) {
          return t >= c.exposed && t < model.experiment_end();
        }));
    const double base = c.rate * model.SeasonIntegral(c.exposed, end);
    (c.arm == Arm::kTreatment ? treated : control) += bought;
    (c.arm == Arm::kTreatment ? base_treated : base_control) += base;
  }
  EXPECT_NEAR(treated / base_treated, 1.18, 5 * std::sqrt(treated) / base_treated);
  EXPECT_NEAR(control / base_control, 1.0, 5 * std::sqrt(control) / base_control);
}

}  // namespace
}  // namespace signet::pipelines::synthetic
