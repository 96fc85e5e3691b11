#include "pipelines/segments/assign_stage.h"

#include "pipelines/segments/cluster_stage.h"
#include "pipelines/segments/rfm_stage.h"
#include "tests/pipelines/segments/segment_world.h"

namespace signet::pipelines {
namespace {

class AssignStage : public SegmentWorld {
 protected:
  void LearnClusters() {
    ClusterOptions options =
        ClusterOptions::FromJson(
            *Json::Parse(R"({"columns": ["frequency", "recency"], "k": 3, "restarts": 3})"))
            .value();
    options.clustering.choice.resamples = 0;
    ASSERT_TRUE(RunCluster(*connection_, options, Subjects(), {}).ok());
    OutBecomesModel();
  }
};

TEST_F(AssignStage, PutsEachSubjectIntoItsCluster) {
  LearnClusters();
  const Result<Json> figures = RunAssign(*connection_, {}, inputs_, {});
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["members"].AsInt(), 900);
  // The heaps were made by i modulo 3: each is one segment.
  EXPECT_EQ(Count("SELECT count(DISTINCT segment) FROM out o JOIN scores s USING (subject) WHERE "
                  "s.frequency >= 30"),
            1);
  EXPECT_EQ((*figures)["tiers"]["cluster_1"].AsInt(), 300);
}

/// The whole table at once, or partition by partition: the same members.
TEST_F(AssignStage, DoesNotDependOnPartitions) {
  LearnClusters();
  ASSERT_TRUE(RunAssign(*connection_, {}, inputs_, {}).ok());
  Sql("ALTER TABLE out RENAME TO whole; DROP TABLE segments_; ALTER TABLE scores RENAME TO "
      "everyone");
  Sql("CREATE TABLE parts (subject UUID, segment VARCHAR)");
  for (int part = 0; part < 3; ++part) {
    Sql("CREATE TABLE scores AS SELECT * FROM everyone WHERE CAST(right(subject::VARCHAR, 3) AS "
        "INTEGER) % 3 = " +
        std::to_string(part));
    ASSERT_TRUE(RunAssign(*connection_, {}, inputs_, {}).ok());
    Sql("INSERT INTO parts SELECT * FROM out; DROP TABLE out; DROP TABLE segments_; DROP TABLE "
        "scores");
  }
  EXPECT_EQ(Count("SELECT count(*) FROM (SELECT * FROM whole EXCEPT SELECT * FROM parts)"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM parts"), 900);
}

TEST_F(AssignStage, KeepsOnlyTheSegmentsAndColumnsAskedFor) {
  LearnClusters();
  const AssignOptions options{"", {"cluster_2"}, {"clv"}};
  const Json figures = RunAssign(*connection_, options, inputs_, {}).value();
  EXPECT_EQ(figures["members"].AsInt(), 300);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE segment = 'cluster_2' AND clv >= 10"), 300);
  EXPECT_EQ(AssignOutputSchema(options, inputs_)->columns.size(), 3U);
}

TEST_F(AssignStage, LeavesOutSubjectsWithoutAValue) {
  Sql("UPDATE scores SET clv = NULL WHERE frequency = 30");
  const TiersOptions tiers = TiersOptions::FromJson(*Json::Parse(R"({"column": "clv"})")).value();
  ASSERT_TRUE(RunTiers(*connection_, tiers, Subjects(), {}).ok());
  OutBecomesModel();
  const Json figures = RunAssign(*connection_, {}, inputs_, {}).value();
  EXPECT_GT(figures["without_a_value"].AsInt(), 0);
  EXPECT_EQ(figures["members"].AsInt() + figures["without_a_value"].AsInt(), 900);
}

TEST_F(AssignStage, RefusesAStrangerForAModelAndAnUnknownSegment) {
  EXPECT_FALSE(AssignOutputSchema({}, Subjects()).ok());
  LearnClusters();
  EXPECT_FALSE(RunAssign(*connection_, {"", {"cluster_9"}, {}}, inputs_, {}).ok());
  Sql("DROP TABLE IF EXISTS segments_; DROP TABLE model");
  Sql("CREATE TABLE model AS SELECT 'x' AS name, 'rubbish'::BLOB AS model, '' AS card");
  EXPECT_EQ(RunAssign(*connection_, {}, inputs_, {}).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
