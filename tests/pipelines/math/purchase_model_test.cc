#include "pipelines/math/purchase_model.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cdnow_sample.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

constexpr PurchaseFamily kAll[] = {PurchaseFamily::kNbd,
                                   PurchaseFamily::kBgNbd,
                                   PurchaseFamily::kMbgNbd,
                                   PurchaseFamily::kParetoNbd,
                                   PurchaseFamily::kMbgCnbd};

class Cdnow : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = testing_support::SharedPath("data/cdnow/cdnow_customers_summary.csv");
    if (!path) GTEST_SKIP() << "../shared/data/cdnow is not here";
    customers_ = CdnowSummary(*path);
  }
  void Expect(PurchaseFamily family,
              const std::vector<double>& parameters,
              const std::vector<double>& errors,
              double log_likelihood) {
    const Result<PurchaseModel> model = PurchaseModel::Fit(family, customers_);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    EXPECT_TRUE(model->identified());
    for (size_t i = 0; i < parameters.size(); ++i) {
      const FittedParameter& got = model->parameters()[i];
      EXPECT_NEAR(got.value, parameters[i], 0.0006 * std::max(1.0, parameters[i])) << got.name;
      if (errors.empty()) continue;
      ASSERT_TRUE(got.error.has_value());
      EXPECT_NEAR(*got.error, errors[i], 0.005 * errors[i]) << got.name;
    }
    EXPECT_NEAR(model->log_likelihood(), log_likelihood, 0.01);
  }
  std::vector<PurchaseHistory> customers_;
};

// Fader, Hardie and Lee (2005), table 2; standard errors as lifetimes 0.11.3 gives them.
TEST_F(Cdnow, BgNbdIsAsPublished) {
  Expect(PurchaseFamily::kBgNbd,
         {0.2426, 4.4136, 0.7929, 2.4259},
         {0.012557, 0.378224, 0.185734, 0.705414},
         -9582.43);
}

// Schmittlein et al.'s model in the same table.
TEST_F(Cdnow, ParetoNbdIsAsPublished) {
  Expect(PurchaseFamily::kParetoNbd, {0.5533, 10.578, 0.6062, 11.669}, {}, -9594.98);
}

// lifetimes 0.11.3, ModifiedBetaGeoFitter.
TEST_F(Cdnow, MbgNbdIsThatOfLifetimes) {
  Expect(PurchaseFamily::kMbgNbd,
         {0.52484, 6.18308, 0.89136, 1.61400},
         {0.083268, 0.695620, 0.154790, 0.537495},
         -9582.13);
}

// Fader and Hardie's note on NBD: r .385, alpha 12.072, LL -9763.7.
TEST_F(Cdnow, NbdIsAsPublished) {
  Expect(PurchaseFamily::kNbd, {0.385, 12.072}, {}, -9763.66);
}

TEST(PurchaseModel, RecoversWhatItWasDrawnFrom) {
  const std::vector<PurchaseHistory> customers =
      Simulate({.customers = 20'000, .r = 0.8, .alpha = 6, .drop_a = 0.8, .drop_b = 2.5});
  const PurchaseModel model = PurchaseModel::Fit(PurchaseFamily::kBgNbd, customers).value();
  const std::vector<double> truth = {0.8, 6, 0.8, 2.5};
  for (size_t i = 0; i < 4; ++i) {
    const FittedParameter& got = model.parameters()[i];
    EXPECT_NEAR(got.value, truth[i], 4 * *got.error) << got.name;
  }
}

TEST(PurchaseModel, FindsTheRegularityOfPurchases) {
  const std::vector<PurchaseHistory> customers =
      Simulate({.customers = 4000, .r = 1.5, .alpha = 2, .drop_a = 0.6, .drop_b = 4, .k = 3});
  const PurchaseModel model = PurchaseModel::Fit(PurchaseFamily::kMbgCnbd, customers).value();
  EXPECT_EQ(model.regularity(), 3);
  EXPECT_TRUE(model.identified());
  const PurchaseModel plain = PurchaseModel::Fit(PurchaseFamily::kMbgNbd, customers).value();
  EXPECT_GT(model.log_likelihood(), plain.log_likelihood() + 50);
}

TEST(PurchaseModel, DoesNotDependOnTheCustomersOrder) {
  std::vector<PurchaseHistory> customers = Simulate({.customers = 800});
  for (const PurchaseFamily family : kAll) {
    const PurchaseModel forward = PurchaseModel::Fit(family, customers).value();
    std::reverse(customers.begin(), customers.end());
    const PurchaseModel backward = PurchaseModel::Fit(family, customers).value();
    EXPECT_EQ(forward.ToJson().Dump(), backward.ToJson().Dump());
  }
}

TEST(PurchaseModel, ADuplicatedSampleHalvesTheVariances) {
  std::vector<PurchaseHistory> customers = Simulate({.customers = 800});
  std::vector<PurchaseHistory> twice = customers;
  twice.insert(twice.end(), customers.begin(), customers.end());
  for (const PurchaseFamily family : kAll) {
    const PurchaseModel one = PurchaseModel::Fit(family, customers).value();
    const PurchaseModel two = PurchaseModel::Fit(family, twice).value();
    EXPECT_NEAR(two.log_likelihood(), 2 * one.log_likelihood(), 1e-6);
    for (size_t i = 0; i < one.parameters().size(); ++i) {
      const FittedParameter& a = one.parameters()[i];
      const FittedParameter& b = two.parameters()[i];
      EXPECT_NEAR(b.value, a.value, 1e-6 * a.value);
      ASSERT_EQ(a.error.has_value(), b.error.has_value());
      if (a.error) {
        EXPECT_NEAR(*b.error, *a.error / std::sqrt(2), 1e-4 * *a.error);
      }
    }
  }
}

TEST(PurchaseModel, DoesNotDependOnTheUnitOfTime) {
  const std::vector<PurchaseHistory> weeks = Simulate({.customers = 800});
  std::vector<PurchaseHistory> days = weeks;
  for (PurchaseHistory& c : days) {
    c.recency *= 7;
    c.observed *= 7;
    c.log_gaps += c.repeats * std::log(7);
  }
  for (const PurchaseFamily family : kAll) {
    const PurchaseModel a = PurchaseModel::Fit(family, weeks).value();
    const PurchaseModel b = PurchaseModel::Fit(family, days).value();
    EXPECT_EQ(a.regularity(), b.regularity());
    EXPECT_NEAR(a.parameter(1) * 7, b.parameter(1), 1e-5 * b.parameter(1));
    EXPECT_NEAR(a.ExpectedPurchases(weeks[3], 10), b.ExpectedPurchases(days[3], 70), 1e-7);
  }
}

TEST(PurchaseModel, SaysThatNobodyDropsOutAndFallsBack) {
  const std::vector<PurchaseHistory> customers =
      Simulate({.customers = 1500, .r = 2, .drop_a = 0, .seed = 3});
  for (const PurchaseFamily family :
       {PurchaseFamily::kBgNbd, PurchaseFamily::kMbgNbd, PurchaseFamily::kParetoNbd}) {
    const PurchaseFit fit = FitPurchases(family, customers).value();
    EXPECT_EQ(fit.asked.boundary(), Boundary::kNoDropOut) << PurchaseFamilyName(family);
    EXPECT_FALSE(fit.asked.parameters()[2].error.has_value());
    EXPECT_TRUE(fit.fell_back());
    EXPECT_EQ(fit.used.family(), PurchaseFamily::kNbd);
    EXPECT_NEAR(fit.used.parameter(0), 2, 0.4);
  }
}

TEST(PurchaseModel, SaysWhatOnlyItsMeanIsKnownOf) {
  // Everybody buys at the same moments: rates do not differ more than chance allows.
  const std::vector<PurchaseHistory> customers(50, {4, 8, 10, 4 * std::log(2.0)});
  for (const PurchaseFamily family : kAll) {
    const Result<PurchaseFit> fit = FitPurchases(family, customers);
    ASSERT_TRUE(fit.ok()) << fit.status().ToString();
    EXPECT_FALSE(fit->asked.identified());
    EXPECT_FALSE(BoundaryText(fit->asked.boundary()).empty());
    const double expected = fit->used.ExpectedPurchases(customers[0], 10);
    EXPECT_TRUE(std::isfinite(expected));
    EXPECT_TRUE(std::isfinite(fit->asked.log_likelihood()));
  }
}

TEST(PurchaseModel, SurvivesJsonAndRefusesWhatIsNoModel) {
  const PurchaseModel model =
      PurchaseModel::Of(PurchaseFamily::kMbgCnbd, {0.5, 6, 0.9, 1.6}, 3).value();
  const PurchaseModel read = PurchaseModel::FromJson(model.ToJson()).value();
  EXPECT_EQ(read.ToJson().Dump(), model.ToJson().Dump());
  EXPECT_FALSE(PurchaseModel::FromJson(*Json::Parse(R"({"family": "bgnbd", "k": 1})")).ok());
  EXPECT_FALSE(PurchaseModel::Of(PurchaseFamily::kNbd, {1, 2, 3}).ok());
  EXPECT_FALSE(PurchaseModel::Of(PurchaseFamily::kNbd, {1, -2}).ok());
  EXPECT_EQ(PurchaseFamilyFromName("bgndb").status().message(),
            "there is no purchase model 'bgndb' (nbd, bgnbd, mbgnbd, paretonbd, cnbd); did you "
            "mean 'bgnbd'?");
}

}  // namespace
}  // namespace signet::pipelines
