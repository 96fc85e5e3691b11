#include "pipelines/segments/clustering_report.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/segments/shop_columns.h"

namespace signet::pipelines {
namespace {

Clustering Some(ClusterMethod method) {
  const ShopColumns shop = MakeShop(150, 4);
  ClusteringOptions options;
  options.scaling.standardise = true;
  options.choice.method = method;
  options.choice.to = 4;
  options.choice.resamples = 3;
  options.choice.kmeans.restarts = 3;
  return ClusterColumns(shop.names, shop.values, options).value();
}

TEST(ClusteringJson, HoldsEveryFigure) {
  const Json json = ClusteringJson(Some(ClusterMethod::kKMeans));
  EXPECT_EQ(json["method"].AsString(), "kmeans");
  EXPECT_EQ(json["chosen_k"].AsInt(), 3);
  EXPECT_EQ(json["candidates"].size(), 3U);
  EXPECT_EQ(json["clusters"].size(), 3U);
  EXPECT_EQ(json["rows_used"].AsInt(), 150);
  for (const Json& candidate : json["candidates"].items()) {
    EXPECT_TRUE(candidate["inertia"].is_number());
    EXPECT_TRUE(candidate["silhouette"].is_number());
    EXPECT_EQ(candidate["stability"]["resamples"].AsInt(), 3);
  }
  for (const Json& cluster : json["clusters"].items()) {
    EXPECT_EQ(cluster["size"].AsInt(), 50);
    EXPECT_TRUE(cluster["centroid"]["recency_days"].is_number());
    EXPECT_FALSE(cluster["words"].AsString().empty());
  }
  EXPECT_GT(json["tree"]["fidelity"].AsDouble(), 0.9);
  EXPECT_FALSE(json.Dump().empty());  // nothing in it is infinite
}

TEST(ClusteringJson, HoldsTheMergesOfAHierarchy) {
  const Json json = ClusteringJson(Some(ClusterMethod::kWard));
  EXPECT_EQ(json["hierarchy"]["merges"].size(), 149U);
  EXPECT_EQ(json["hierarchy"]["micro_clusters"].AsInt(), 0);
}

TEST(ClusteringText, MarksTheChosenKAndSaysWhy) {
  const std::string text = ClusteringText(Some(ClusterMethod::kKMeans));
  EXPECT_NE(text.find("* 3 "), std::string::npos) << text;
  EXPECT_NE(text.find("chosen: k = 3 has the highest mean silhouette"), std::string::npos);
  EXPECT_NE(text.find("of the rows into their cluster"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
