#include "pipelines/segments/clustering.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/segments/clustering_report.h"
#include "tests/pipelines/segments/shop_columns.h"

namespace signet::pipelines {
namespace {

ClusteringOptions Options(size_t from, size_t to) {
  ClusteringOptions options;
  options.scaling.standardise = true;
  options.choice.from = from;
  options.choice.to = to;
  options.choice.resamples = 4;
  options.choice.kmeans.restarts = 5;
  return options;
}

TEST(ClusterColumns, DescribesTheGroupsThatWereMade) {
  const ShopColumns shop = MakeShop(600, 3);
  const Result<Clustering> c = ClusterColumns(shop.names, shop.values, Options(2, 6));
  ASSERT_TRUE(c.ok()) << c.status().ToString();
  EXPECT_EQ(c->chosen().clusters, 3U);
  EXPECT_GT(c->fidelity, 0.98);
  bool frequent = false;
  bool discount = false;
  for (const ClusterProfile& profile : c->profiles) {
    frequent = frequent || profile.words.find("frequent") == 0;
    discount = discount || profile.words.find("discount-driven") != std::string::npos;
    EXPECT_FALSE(profile.rules.empty());
    EXPECT_GT(profile.recall, 0.9);
    EXPECT_GT(profile.precision, 0.9);
  }
  EXPECT_TRUE(frequent);
  EXPECT_TRUE(discount);
}

TEST(ClusterColumns, GivesCentroidsInOriginalUnits) {
  const ShopColumns shop = MakeShop(300, 5);
  const Clustering c = ClusterColumns(shop.names, shop.values, Options(3, 3)).value();
  for (const ClusterProfile& profile : c.profiles) {
    for (size_t i = 0; i < profile.mean.size(); ++i) {
      EXPECT_NEAR(profile.mean[i], profile.centroid[i], 1e-9 * (1 + std::fabs(profile.mean[i])));
    }
  }
}

/// What theory says: neither a constant column nor other names nor the order of rows matters.
TEST(ClusterColumns, IsNotMovedByWhatTellsNothing) {
  ShopColumns shop = MakeShop(300, 8);
  const Clustering plain = ClusterColumns(shop.names, shop.values, Options(2, 4)).value();
  ShopColumns more = shop;
  more.names.emplace_back("constant");
  more.values.emplace_back(more.values[0].size(), 7.0);
  const Clustering constant = ClusterColumns(more.names, more.values, Options(2, 4)).value();
  EXPECT_EQ(plain.chosen().fit.labels, constant.chosen().fit.labels);
  EXPECT_EQ(constant.scaling.constant(), std::vector<std::string>{"constant"});
  ShopColumns turned = shop;
  for (std::vector<double>& values : turned.values) values = {values.rbegin(), values.rend()};
  const Clustering backwards = ClusterColumns(turned.names, turned.values, Options(2, 4)).value();
  EXPECT_EQ(ClusteringJson(plain), ClusteringJson(backwards));
  ShopColumns renamed = shop;
  renamed.names = {"a", "b", "c"};
  const Clustering other = ClusterColumns(renamed.names, renamed.values, Options(2, 4)).value();
  EXPECT_EQ(plain.chosen().fit.labels, other.chosen().fit.labels);
}

TEST(ClusterColumns, LeavesOutIncompleteRowsAndSaysSo) {
  ShopColumns shop = MakeShop(120, 2);
  shop.values[1][5] = std::numeric_limits<double>::quiet_NaN();
  const Clustering c = ClusterColumns(shop.names, shop.values, Options(2, 3)).value();
  EXPECT_EQ(c.rows.size(), 119U);
  EXPECT_EQ(c.rows_given, 120U);
  EXPECT_NE(ClusteringText(c).find("1 rows miss a value"), std::string::npos);
}

TEST(ClusterRange, ReadsANumberOrARange) {
  EXPECT_EQ(ClusterRangeFromText("4")->to, 4U);
  EXPECT_EQ(ClusterRangeFromText("2..8")->from, 2U);
  for (const char* text : {"", "0", "8..2", "2..", "two", "2..5000", "-3"}) {
    EXPECT_FALSE(ClusterRangeFromText(text).ok()) << text;
  }
}

TEST(ClusterMethod, HasFourNames) {
  for (const char* name : {"kmeans", "minibatch", "ward", "average"}) {
    EXPECT_EQ(ClusterMethodName(ClusterMethodFromName(name).value()), name);
  }
  EXPECT_FALSE(ClusterMethodFromName("dbscan").ok());
}

}  // namespace
}  // namespace signet::pipelines
