#include "pipelines/segments/segment_model.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/segments/shop_columns.h"

namespace signet::pipelines {
namespace {

SegmentModel Tiers() {
  SegmentModel model;
  model.kind = SegmentModel::Kind::kTiers;
  model.columns = {"clv"};
  model.names = {"low", "high"};
  model.cuts = {{100}};
  return model;
}

TEST(SegmentModel, SurvivesItsBytes) {
  const SegmentModel read = SegmentModel::Decode(Tiers().Encode()).value();
  EXPECT_EQ(read.Encode(), Tiers().Encode());
  EXPECT_EQ(read.SegmentOf({100}), 0);
  EXPECT_EQ(read.SegmentOf({100.5}), 1);
  EXPECT_EQ(read.SegmentOf({NAN}), -1);
}

TEST(SegmentModel, OfClustersTakesTheNearestCentroid) {
  SegmentModel model;
  model.columns = {"orders_count", "discount_share", "recency_days"};
  const ShopColumns shop = MakeShop(90, 2);
  model.scaling = ColumnScaling::Learn(shop.names, shop.values, {false, true}).value();
  std::vector<uint32_t> rows;
  model.centroids = model.scaling.Apply(shop.values, rows).Head(3);
  model.names = {"frequent", "discount", "lapsed"};
  const SegmentModel read = SegmentModel::Decode(model.Encode()).value();
  for (size_t i = 0; i < 90; ++i) {
    EXPECT_EQ(read.SegmentOf({shop.values[0][i], shop.values[1][i], shop.values[2][i]}),
              static_cast<int>(i % 3));
  }
}

TEST(SegmentModel, RefusesWhatDoesNotFit) {
  SegmentModel model = Tiers();
  model.cuts.clear();
  EXPECT_EQ(SegmentModel::Decode(model.Encode()).status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(SegmentModel::Decode(AsBytes("{}")).ok());
  EXPECT_FALSE(SegmentModel::Decode(AsBytes("rubbish")).ok());
}

TEST(RfmSegmentName, RisesWithRecencyAndFrequency) {
  EXPECT_EQ(RfmSegmentName(4, 4, 5), "champions");
  EXPECT_EQ(RfmSegmentName(4, 0, 5), "new");
  EXPECT_EQ(RfmSegmentName(0, 0, 5), "hibernating");
  EXPECT_EQ(RfmSegmentName(0, 3, 5), "cannot lose");
  EXPECT_EQ(RfmSegmentName(1, 1, 2), "champions");  // two bands: the better is the best
  EXPECT_EQ(RfmSegmentName(0, 0, 2), "hibernating");
}

}  // namespace
}  // namespace signet::pipelines
