#include "pipelines/segments/cluster_figures.h"

#include <gtest/gtest.h>

#include "pipelines/segments/clustering_report.h"
#include "tests/pipelines/segments/shop_columns.h"

namespace signet::pipelines {
namespace {

Clustering Shop() {
  const ShopColumns shop = MakeShop(300, 3);
  ClusteringOptions options;
  options.scaling.standardise = true;
  options.choice.from = options.choice.to = 3;
  options.choice.resamples = 2;
  options.choice.kmeans.restarts = 3;
  return ClusterColumns(shop.names, shop.values, options).value();
}

TEST(ClusterFigures, AreToldWithoutWhatCouldTellOfFewPeople) {
  const Json all = ClusteringJson(Shop());
  const Json told = ToldFigures(all, 50);
  EXPECT_EQ(told["clusters"], all["clusters"]);
  EXPECT_EQ(told["tree"]["fidelity"], all["tree"]["fidelity"]);
  EXPECT_FALSE(told["tree"].Has("nodes"));
  EXPECT_TRUE(told["candidates"].items().front()["sizes"].is_null());
  const Json none = ToldFigures(all, 301);
  EXPECT_EQ(none["clusters"].size(), 0U);
  EXPECT_EQ(none["clusters_too_small_to_tell"].AsInt(), 3);
}

TEST(ClusterFigures, TheModelAssignsAsTheClusteringDid) {
  const ShopColumns shop = MakeShop(300, 3);
  const Clustering clustering = Shop();
  const SegmentModel model = ClusterModel(shop.names, clustering);
  EXPECT_EQ(model.names, (std::vector<std::string>{"cluster_1", "cluster_2", "cluster_3"}));
  for (size_t i = 0; i < 300; ++i) {
    const int segment = model.SegmentOf({shop.values[0][i], shop.values[1][i], shop.values[2][i]});
    EXPECT_EQ(segment, static_cast<int>(clustering.chosen().fit.labels[i]));
  }
}

TEST(ClusterFigures, HexagonsHoldAtLeastAGroup) {
  const ShopColumns shop = MakeShop(300, 3);
  const Json hexagons = ClusterHexagons(shop.values, Shop(), 10);
  ASSERT_GT(hexagons["bins"].size(), 0U);
  for (const Json& bin : hexagons["bins"].items()) EXPECT_GE(bin["count"].AsInt(), 10);
}

}  // namespace
}  // namespace signet::pipelines
