#include "pipelines/segments/rfm_stage.h"

#include "pipelines/segments/assign_stage.h"
#include "tests/pipelines/segments/segment_world.h"

namespace signet::pipelines {
namespace {

class RfmStage : public SegmentWorld {};

TEST_F(RfmStage, NamesTheBestChampions) {
  const RfmOptions options =
      RfmOptions::FromJson(
          *Json::Parse(R"({"recency": "recency", "frequency": "frequency", "monetary": "clv"})"))
          .value();
  const Result<Json> figures = RunRfm(*connection_, options, Subjects(), {});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  for (const Json& grid : (*figures)["grids"].items()) {
    EXPECT_GT(grid["cells"].size(), 0U);
    for (const Json& cell : grid["cells"].items()) EXPECT_GE(cell["count"].AsInt(), 50);
  }
  OutBecomesModel();
  ASSERT_TRUE(RunAssign(*connection_, {}, inputs_, {}).ok());
  EXPECT_GT(Count("SELECT count(*) FROM out WHERE segment = 'champions'"), 0);
  // Nobody who has not come for long is a champion.
  EXPECT_EQ(Count("SELECT count(*) FROM out JOIN scores USING (subject) WHERE segment = "
                  "'champions' AND (recency > 100 OR frequency < 30)"),
            0);
}

TEST_F(RfmStage, TiersHoldTheSharesAskedForUpToTies) {
  const TiersOptions options =
      TiersOptions::FromJson(
          *Json::Parse(R"({"column": "clv", "shares": [0.2, 0.3], "names": ["a", "b", "c"]})"))
          .value();
  const Json figures = RunTiers(*connection_, options, Subjects(), {}).value();
  ASSERT_EQ(figures["tiers"].size(), 3U);
  EXPECT_EQ(figures["tiers"].items()[0]["name"].AsString(), "a");
  EXPECT_NEAR(figures["tiers"].items()[0]["people"].AsDouble(), 180, 10);
  EXPECT_NEAR(figures["tiers"].items()[1]["people"].AsDouble(), 270, 10);
  double share = 0;
  for (const Json& tier : figures["tiers"].items()) share += tier["value_share"].AsDouble();
  EXPECT_NEAR(share, 1, 1e-3);
  OutBecomesModel();
  const Json assigned = RunAssign(*connection_, {}, inputs_, {}).value();
  EXPECT_EQ(assigned["tiers"]["a"].AsInt(), figures["tiers"].items()[0]["people"].AsInt());
}

TEST_F(RfmStage, RefusesSharesAndNamesThatDoNotFit) {
  for (const char* json : {R"({"column": "clv", "shares": [0.5, 0.5], "names": ["a", "b", "c"]})",
                           R"({"column": "clv", "shares": [0.5], "names": ["a", "a"]})",
                           R"({"column": "clv", "shares": [0.5], "names": ["a"]})",
                           R"({"column": "clv", "shares": [-1], "names": ["a", "b"]})"}) {
    EXPECT_FALSE(TiersOptions::FromJson(*Json::Parse(json)).ok()) << json;
  }
  EXPECT_FALSE(RfmOptions::FromJson(*Json::Parse(R"({"recency": "recency"})")).ok());
}

TEST(EqualBands, AreQuantilesAndShareTies) {
  EXPECT_EQ(EqualBands({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5), (std::vector<double>{2, 4, 6, 8}));
  EXPECT_EQ(EqualBands({1, 1, 1, 1, 1, 1, 1, 2}, 4), (std::vector<double>{1}));
  EXPECT_TRUE(EqualBands({3, 3, 3}, 5).empty());
  EXPECT_TRUE(EqualBands({}, 5).empty());
  EXPECT_EQ(BandOf(2, {2, 4}), 0U);
  EXPECT_EQ(BandOf(2.5, {2, 4}), 1U);
  EXPECT_EQ(BandOf(9, {2, 4}), 2U);
}

}  // namespace
}  // namespace signet::pipelines
