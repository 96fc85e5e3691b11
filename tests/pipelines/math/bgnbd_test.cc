#include "pipelines/math/bgnbd.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cdnow_sample.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

TEST(BgNbd, FindsThePublishedParametersOfCdnow) {
  const auto path = testing_support::SharedPath("data/cdnow/cdnow_customers_summary.csv");
  if (!path) GTEST_SKIP() << "../shared/data/cdnow is not here";
  std::vector<PurchaseHistory> customers = CdnowSummary(*path);
  ASSERT_EQ(customers.size(), 2357U);
  const Result<BgNbd> model = BgNbd::Fit(customers);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  // Fader, Hardie and Lee (2005), table 2: .243 4.414 .793 2.426, LL -9582.4.
  EXPECT_NEAR(model->r(), 0.243, 0.0005);
  EXPECT_NEAR(model->alpha(), 4.414, 0.0006);
  EXPECT_NEAR(model->a(), 0.793, 0.0006);
  EXPECT_NEAR(model->b(), 2.426, 0.001);
  EXPECT_NEAR(model->log_likelihood(), -9582.43, 0.01);
  EXPECT_TRUE(model->identified());
  std::reverse(customers.begin(), customers.end());
  const Result<BgNbd> reversed = BgNbd::Fit(customers);
  EXPECT_EQ(reversed->log_likelihood(), model->log_likelihood());
  EXPECT_EQ(reversed->alpha(), model->alpha());
}

// The paper's spreadsheet: customer 1 (x = 2, t_x = 30.43, T = 38.86) expects 1.226 in 39 weeks.
TEST(BgNbd, ExpectsWhatThePaperExpects) {
  const BgNbd model(0.243, 4.414, 0.793, 2.426);
  EXPECT_NEAR(model.ExpectedPurchases({2, 30.43, 38.86}, 39), 1.226, 0.001);
  EXPECT_NEAR(model.ProbabilityAlive({2, 30.43, 38.86}), 0.7266, 0.001);
  EXPECT_EQ(model.ProbabilityAlive({0, 0, 30}), 1);
  EXPECT_EQ(model.ExpectedPurchases({2, 30.43, 38.86}, 0), 0);
  const BgNbd singular(0.243, 4.414, 1.0, 2.426);
  const BgNbd beside(0.243, 4.414, 1.0001, 2.426);
  EXPECT_NEAR(
      singular.ExpectedPurchases({2, 30, 38}, 39), beside.ExpectedPurchases({2, 30, 38}, 39), 1e-3);
}

TEST(BgNbd, RefusesImpossibleHistories) {
  EXPECT_FALSE(BgNbd::Fit({}).ok());
  std::vector<PurchaseHistory> customers(20, {1, 5, 10});
  customers[3] = {1, 11, 10};
  EXPECT_EQ(BgNbd::Fit(customers).status().code(), StatusCode::kInvalid);
  EXPECT_FALSE(BgNbd::Fit(std::vector<PurchaseHistory>(20, {0, 0, 10})).ok());
}

}  // namespace
}  // namespace signet::pipelines
