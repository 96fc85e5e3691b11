#include "pipelines/segments/grid_stage.h"

#include "tests/pipelines/segments/segment_world.h"

namespace signet::pipelines {
namespace {

class GridStage : public SegmentWorld {};

TEST_F(GridStage, TellsMeansByTwoBands) {
  const GridOptions options =
      GridOptions::FromJson(
          *Json::Parse(R"({"rows": "recency", "columns": "clv", "value": "churn", "bands": 2})"))
          .value();
  const Result<Json> figures = RunGrid(*connection_, options, Subjects(), {});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["without_a_value"].AsInt(), 1);
  EXPECT_EQ((*figures)["grid"]["cells"].size(), 4U);
  EXPECT_EQ(Count("SELECT CAST(sum(people) AS BIGINT) FROM out"), 899);
  EXPECT_EQ((*figures)["grid"]["title"].AsString(), "churn by recency and clv");
}

TEST_F(GridStage, HasNothingToTellOfFewPeople) {
  GridOptions options =
      GridOptions::FromJson(
          *Json::Parse(R"({"rows": "recency", "columns": "clv", "value": "churn"})"))
          .value();
  options.group_min = 800;
  EXPECT_EQ((*RunGrid(*connection_, options, Subjects(), {}))["grid"]["cells"].size(), 0U);
  EXPECT_EQ(Count("SELECT count(*) FROM out"), 0);
}

TEST_F(GridStage, RefusesText) {
  const GridOptions options =
      GridOptions::FromJson(*Json::Parse(R"({"rows": "note", "columns": "clv", "value": "churn"})"))
          .value();
  EXPECT_FALSE(GridOutputSchema(options, Subjects()).ok());
}

}  // namespace
}  // namespace signet::pipelines
