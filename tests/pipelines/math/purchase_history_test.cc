#include "pipelines/math/purchase_history.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cdnow_sample.h"

namespace signet::pipelines {
namespace {

TEST(GroupedHistories, CountEqualHistoriesOnce) {
  std::vector<PurchaseHistory> customers(6, {0, 0, 20});
  customers.resize(10, {2, 5, 10});
  const GroupedHistories sample = GroupedHistories::Of(customers).value();
  ASSERT_EQ(sample.groups().size(), 2U);
  EXPECT_EQ(sample.groups()[0].share, 0.6);
  EXPECT_EQ(sample.groups()[1].share, 0.4);
  EXPECT_EQ(sample.scale(), 20);
  EXPECT_EQ(sample.times(), (std::vector<double>{0, 0.25, 0.5, 1}));
  EXPECT_EQ(sample.times()[sample.groups()[1].recency], 0.25);
  EXPECT_EQ(sample.mean_repeats(), 0.8);
}

TEST(GroupedHistories, DoNotDependOnOrder) {
  std::vector<PurchaseHistory> customers = Simulate({.customers = 400});
  const GroupedHistories forward = GroupedHistories::Of(customers).value();
  std::reverse(customers.begin(), customers.end());
  const GroupedHistories backward = GroupedHistories::Of(customers).value();
  EXPECT_EQ(forward.mean_log_gaps(), backward.mean_log_gaps());
  ASSERT_EQ(forward.groups().size(), backward.groups().size());
  for (size_t i = 0; i < forward.groups().size(); ++i) {
    EXPECT_EQ(forward.groups()[i].observed, backward.groups()[i].observed);
    EXPECT_EQ(forward.groups()[i].share, backward.groups()[i].share);
  }
}

TEST(GroupedHistories, KeepTheirSumsWhenCoarse) {
  const GroupedHistories sample =
      GroupedHistories::Of(Simulate({.customers = 20'000, .weeks = 200})).value();
  const GroupedHistories coarse = sample.Coarse(48);
  EXPECT_LT(coarse.groups().size(), sample.groups().size() / 2);
  double shares = 0;
  for (const GroupedHistories::Group& group : coarse.groups()) {
    shares += group.share;
    EXPECT_LE(coarse.times()[group.recency], coarse.times()[group.observed]);
  }
  EXPECT_NEAR(shares, 1, 1e-9);
}

TEST(GroupedHistories, RefuseWhatCannotBe) {
  EXPECT_EQ(GroupedHistories::Of({{1, 2, 3}}).status().message(),
            "a purchase model needs at least 10 customers, but there are 1");
  for (const PurchaseHistory& wrong : {PurchaseHistory{1, 11, 10},
                                       PurchaseHistory{-1, 0, 10},
                                       PurchaseHistory{0, 3, 10},
                                       PurchaseHistory{NAN, 0, 10},
                                       PurchaseHistory{1, 1, HUGE_VAL}}) {
    std::vector<PurchaseHistory> customers(20, {1, 5, 10});
    customers[3] = wrong;
    EXPECT_EQ(GroupedHistories::Of(customers).status().code(), StatusCode::kInvalid);
  }
  const auto nobody = GroupedHistories::Of(std::vector<PurchaseHistory>(20, {0, 0, 0}));
  EXPECT_NE(nobody.status().message().find("nobody is observed"), std::string::npos);
  const auto once = GroupedHistories::Of(std::vector<PurchaseHistory>(20, {0, 0, 10}));
  EXPECT_NE(once.status().message().find("nobody bought twice"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
