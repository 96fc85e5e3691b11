#include "pipelines/segments/rfm_stage.h"

#include "pipelines/features/rfm.h"
#include "pipelines/math/quantile_bands.h"
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

// The lab reads purchases, the stage reads features: both cut by one rule.
TEST_F(RfmStage, GivesEverybodyTheScoresThatTheLabGives) {
  Sql("CREATE TABLE bought AS SELECT 'c' || lpad(CAST(i * i % 211 AS VARCHAR), 3, '0') AS who, "
      "TIMESTAMP '2026-01-01' + to_hours(i * 37 % 4000) AS on_day, CAST((i * 31 % 90) AS DOUBLE) "
      "AS "
      "paid FROM range(1500) t(i)");
  const Result<RfmTable> lab =
      ComputeRfm(*connection_,
                 {"bought", "who", "on_day", "paid", "", *TimestampFromText("2026-07-01"), true});
  ASSERT_TRUE(lab.ok()) << lab.status().ToString();
  std::vector<std::vector<double>> columns(3);
  for (const RfmLine& line : lab->lines) {
    columns[0].push_back(line.recency_days);
    columns[1].push_back(static_cast<double>(line.frequency));
    columns[2].push_back(line.monetary);
  }
  std::vector<std::vector<double>> cuts;
  cuts.reserve(columns.size());
  for (const std::vector<double>& values : columns) cuts.push_back(QuantileBounds(values, 5));
  for (size_t i = 0; i < lab->lines.size(); ++i) {
    const RfmLine& line = lab->lines[i];
    EXPECT_EQ(line.recency_score, 5 - static_cast<int64_t>(BandOf(columns[0][i], cuts[0])));
    EXPECT_EQ(line.frequency_score, 1 + static_cast<int64_t>(BandOf(columns[1][i], cuts[1])));
    EXPECT_EQ(line.monetary_score, 1 + static_cast<int64_t>(BandOf(columns[2][i], cuts[2])));
  }
  // The stage over the same customers counts the same people in each cell.
  Sql("CREATE TABLE ranked (subject UUID, recency DOUBLE, frequency DOUBLE, clv DOUBLE)");
  for (size_t i = 0; i < columns[0].size(); ++i) {
    Sql("INSERT INTO ranked VALUES (gen_random_uuid(), " + Json(columns[0][i]).Dump() + ", " +
        Json(columns[1][i]).Dump() + ", " + Json(columns[2][i]).Dump() + ")");
  }
  std::map<std::string, Schema> ranked = {{"ranked", inputs_.at("scores")}};
  ranked.at("ranked").columns.resize(4);
  const RfmOptions options =
      RfmOptions::FromJson(*Json::Parse(R"({"recency": "recency", "frequency": "frequency",
                                            "monetary": "clv", "group_min": 1})"))
          .value();
  const Result<Json> figures = RunRfm(*connection_, options, ranked, {});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const Json& people = (*figures)["grids"].items()[0];
  int64_t told = 0;
  for (const Json& cell : people["cells"].items()) {
    const auto recency = static_cast<size_t>(4 - cell["row"].AsInt());
    const auto frequency = static_cast<size_t>(cell["column"].AsInt());
    EXPECT_EQ(cell["count"].AsInt(), lab->grid[recency][frequency].customers);
    told += cell["count"].AsInt();
  }
  EXPECT_EQ(told, lab->customers);
}

}  // namespace
}  // namespace signet::pipelines
