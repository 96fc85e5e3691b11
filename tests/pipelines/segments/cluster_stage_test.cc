#include "pipelines/segments/cluster_stage.h"

#include "tests/pipelines/segments/segment_world.h"

namespace signet::pipelines {
namespace {

class ClusterStage : public SegmentWorld {};

ClusterOptions Options(const std::string& json) {
  const Result<ClusterOptions> options = ClusterOptions::FromJson(*Json::Parse(json));
  EXPECT_TRUE(options.ok()) << options.status().ToString();
  return *options;
}

TEST_F(ClusterStage, LearnsAModelAndTellsNothingOfSmallGroups) {
  const ClusterOptions options =
      Options(R"({"columns": ["frequency", "recency"], "k": "2..4", "restarts": 4})");
  const Result<Json> figures = RunCluster(*connection_, options, Subjects(), {});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["chosen_k"].AsInt(), 3);
  EXPECT_FALSE((*figures)["tree"].Has("nodes"));
  for (const Json& bin : (*figures)["hexbins"]["bins"].items()) EXPECT_GE(bin["count"].AsInt(), 50);
  EXPECT_EQ(Count("SELECT count(*) FROM out"), 1);
}

TEST_F(ClusterStage, HidesClustersBelowTheGroup) {
  ClusterOptions options =
      Options(R"({"columns": ["frequency", "recency"], "k": 3, "group_min": 301})");
  options.clustering.choice.resamples = 0;
  const Json figures = RunCluster(*connection_, options, Subjects(), {}).value();
  EXPECT_EQ(figures["clusters"].size(), 0U);
  EXPECT_EQ(figures["clusters_too_small_to_tell"].AsInt(), 3);
}

TEST_F(ClusterStage, CarriesTheLabelsOfWhatItReads) {
  const Schema schema =
      ClusterOutputSchema(Options(R"({"columns": ["clv"], "where": "churn > 0.1"})"), Subjects())
          .value();
  EXPECT_EQ(schema.Find("model")->label.categories,
            (std::set<std::string>{"user.churn", "user.unique_id", "user.value"}));
}

TEST_F(ClusterStage, RefusesTextUnknownColumnsAndNoColumns) {
  EXPECT_FALSE(ClusterOutputSchema(Options(R"({"columns": ["note"]})"), Subjects()).ok());
  EXPECT_FALSE(ClusterOutputSchema(Options(R"({"columns": ["spend"]})"), Subjects()).ok());
  EXPECT_FALSE(ClusterOptions::FromJson(*Json::Parse("{}")).ok());
  EXPECT_FALSE(ClusterOptions::FromJson(*Json::Parse(R"({"columns": ["clv"], "k": "8..2"})")).ok());
}

}  // namespace
}  // namespace signet::pipelines
