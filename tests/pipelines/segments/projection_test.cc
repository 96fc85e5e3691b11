#include "pipelines/segments/projection.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/segments/shop_columns.h"

namespace signet::pipelines {
namespace {

TEST(ProjectColumns, TellsComponentsAndOnlyHexagonsOfManyRows) {
  const ShopColumns shop = MakeShop(900, 6);
  ProjectionOptions options;
  options.scaling.standardise = true;
  options.group_min = 25;
  const Projection projection = ProjectColumns(shop.names, shop.values, options).value();
  const Json json = ProjectionJson(projection);
  ASSERT_EQ(json["components"].size(), 3U);
  EXPECT_NEAR(json["components"].items().back()["cumulative_ratio"].AsDouble(), 1, 1e-9);
  for (const Json& bin : json["hexbins"]["bins"].items()) EXPECT_GE(bin["count"].AsInt(), 25);
  EXPECT_EQ(json["hexbins"]["group_min"].AsInt(), 25);
  EXPECT_NE(ProjectionText(projection).find("hexagons of at least 25 rows"), std::string::npos);
}

TEST(ProjectColumns, PlacesASampleOfManyRowsByTsneAndSaysHowWell) {
  const ShopColumns shop = MakeShop(600, 6);
  ProjectionOptions options;
  options.method = ProjectionMethod::kTsne;
  options.scaling.standardise = true;
  options.tsne_rows_max = 200;
  options.tsne.iterations = 300;
  const Projection projection = ProjectColumns(shop.names, shop.values, options).value();
  EXPECT_EQ(projection.rows.size(), 200U);
  const Json tsne = ProjectionJson(projection)["tsne"];
  EXPECT_GT(tsne["trustworthiness"].AsDouble(), 0.85);
  EXPECT_EQ(tsne["perplexity"].AsDouble(), 30);
}

TEST(ProjectColumns, LowersThePerplexityForFewRowsUnlessItWasAskedFor) {
  const ShopColumns shop = MakeShop(31, 6);
  ProjectionOptions options;
  options.method = ProjectionMethod::kTsne;
  options.tsne.iterations = 20;
  EXPECT_EQ(ProjectColumns(shop.names, shop.values, options)->perplexity, 10);
  options.perplexity_given = true;
  options.tsne.perplexity = 40;
  EXPECT_FALSE(ProjectColumns(shop.names, shop.values, options).ok());
}

TEST(ProjectColumns, PutsOneColumnOnALine) {
  const ShopColumns shop = MakeShop(90, 6);
  ProjectionOptions options;
  options.group_min = 1;
  const Projection projection = ProjectColumns({"recency_days"}, {shop.values[2]}, options).value();
  for (size_t i = 0; i < projection.map.rows(); ++i) EXPECT_EQ(projection.map.Row(i)[1], 0);
}

TEST(ProjectionMethod, HasTwoNames) {
  EXPECT_TRUE(ProjectionMethodFromName("pca").ok());
  EXPECT_TRUE(ProjectionMethodFromName("tsne").ok());
  EXPECT_FALSE(ProjectionMethodFromName("umap").ok());
}

}  // namespace
}  // namespace signet::pipelines
