#include "pipelines/segments/cluster_merge_stage.h"

#include "pipelines/segments/assign_stage.h"
#include "tests/pipelines/segments/sampled_world.h"

namespace signet::pipelines {
namespace {

class ClusterMergeStage : public SampledWorld {
 protected:
  /// The step without `sample`, as one task over everybody.
  SegmentModel OneTask(const ClusterOptions& options, Json& figures) {
    Show(-1, 1, "");
    StageContext context;
    context.seed = 1;
    figures = Into("one", [&] { return RunCluster(*connection_, options, inputs_, context); });
    SegmentModel model = ReadSegmentModel(*connection_, "test", "one").value();
    Sql("DROP TABLE one");
    return model;
  }
  /// How many of everybody `assign` puts into each cluster of table `clusters`.
  Json Assigned() {
    Show(-1, 1, "");
    std::map<std::string, Schema> inputs = inputs_;
    inputs["clusters"] = SegmentModelSchema({});
    const Result<Json> figures = RunAssign(*connection_, {}, inputs, {});
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    Sql("DROP TABLE out; DROP TABLE segments_");
    return figures.ok() ? (*figures)["tiers"] : Json();
  }
};

TEST_F(ClusterMergeStage, GivesTheSameBytesForAnyPartitionsAndOrder) {
  const ClusterOptions options = Options(kPlain);
  const Learnt whole = Learn(options, 1);
  ASSERT_FALSE(whole.model.empty());
  for (const int partitions : {2, 5, 8}) {
    for (const char* order : {"frequency, subject", "subject DESC"}) {
      const Learnt split = Learn(options, partitions, 1, order);
      EXPECT_EQ(split.model, whole.model) << partitions << " by " << order;
      EXPECT_EQ(split.figures, whole.figures) << partitions << " by " << order;
    }
  }
  EXPECT_NE(Learn(options, 2, /*seed=*/2).model, whole.model) << "the same sample for any seed";
}

/// With everybody in the sample there is no difference but the last digits of scaling.
TEST_F(ClusterMergeStage, FindsTheClustersOfEverybodyWhenEverybodyIsInTheSample) {
  for (const char* method : {"kmeans", "minibatch", "ward", "average"}) {
    SCOPED_TRACE(method);
    ClusterOptions options = Options(kPlain);
    options.sample = 900;
    options.clustering.choice.method = ClusterMethodFromName(method).value();
    Json figures;
    const SegmentModel one = OneTask(options, figures);
    const Learnt sampled = Learn(options, 4);
    const SegmentModel model = SegmentModel::Decode(sampled.model).value();
    EXPECT_EQ(model.names, one.names);
    ASSERT_EQ(model.centroids.cells.size(), one.centroids.cells.size());
    for (size_t i = 0; i < one.centroids.cells.size(); ++i) {
      EXPECT_NEAR(model.centroids.cells[i], one.centroids.cells[i], 1e-9);
    }
    EXPECT_EQ(sampled.figures["sampled"]["rows"].AsInt(), 890);
    EXPECT_EQ(sampled.figures["rows"].AsInt(), 900);
    EXPECT_EQ(sampled.figures["rows_missing_a_value"].AsInt(), 10);
    ASSERT_EQ(sampled.figures["clusters"].size(), figures["clusters"].size());
    for (size_t j = 0; j < figures["clusters"].size(); ++j) {
      const Json& now = sampled.figures["clusters"].items()[j];
      const Json& then = figures["clusters"].items()[j];
      EXPECT_EQ(now["size"], then["size"]);
      EXPECT_EQ(now["words"], then["words"]);
      for (const char* column : {"frequency", "recency"}) {
        EXPECT_NEAR(now["mean"][column].AsDouble(), then["mean"][column].AsDouble(), 1e-7);
        EXPECT_NEAR(now["effect"][column].AsDouble(), then["effect"][column].AsDouble(), 1e-7);
      }
    }
    EXPECT_NEAR(sampled.figures["inertia"].AsDouble(), figures["inertia"].AsDouble(), 1e-6);
  }
}

TEST_F(ClusterMergeStage, CountsWhomAssignPutsIntoEachCluster) {
  for (const uint64_t seed : {1, 2, 3}) {
    ClusterOptions options = Options(
        R"({"columns": ["frequency", "recency"], "k": "5..7", "restarts": 3, "sample": 60,
            "group_min": 1})");
    const Learnt all = Learn(options, 3, seed);
    const Json assigned = Assigned();
    int64_t people = 0;
    for (const Json& cluster : all.figures["clusters"].items()) {
      const std::string name = "cluster_" + std::to_string(cluster["cluster"].AsInt());
      EXPECT_EQ(assigned[name].AsInt(), cluster["size"].AsInt()) << name;
      people += cluster["size"].AsInt();
    }
    EXPECT_EQ(people, 890);
    EXPECT_EQ(all.figures["clusters"].size(), assigned.size());
  }
}

TEST_F(ClusterMergeStage, NumbersClustersByTheirSizeOverEverybody) {
  const Learnt all =
      Learn(Options(R"({"columns": ["frequency", "recency"], "k": 6, "restarts": 3, "sample": 40,
                  "group_min": 1})"),
            2);
  int64_t last = 1'000;
  for (const Json& cluster : all.figures["clusters"].items()) {
    EXPECT_LE(cluster["size"].AsInt(), last);
    last = cluster["size"].AsInt();
  }
}

TEST_F(ClusterMergeStage, SaysWhatIsOfTheSampleAndHowFarItMisses) {
  const Learnt all = Learn(Options(kPlain), 2);
  const Json& sampled = all.figures["sampled"];
  EXPECT_EQ(sampled["rows"].AsInt(), 200);
  EXPECT_EQ(sampled["of"].AsInt(), 890);
  EXPECT_GT(sampled["shift_max"].AsDouble(), 0);
  EXPECT_LT(sampled["shift_max"].AsDouble(), 0.2);
  EXPECT_NE(all.figures["reason"].AsString().find("a sample of 200 of the 890 subjects"),
            std::string::npos);
  // Every figure that speaks of rows is in one of the lists.
  std::set<std::string> told;
  for (const char* list : {"of_the_sample", "of_everybody"}) {
    for (const std::string& name : sampled[list].AsStrings()) {
      EXPECT_TRUE(told.insert(name).second) << name << " is said to be of both";
    }
  }
  for (const char* name : {"inertia", "silhouette", "tree", "clusters.size", "clusters.mean"}) {
    EXPECT_EQ(told.count(name), 1U) << name;
  }
}

TEST_F(ClusterMergeStage, TellsNothingOfSmallClustersAndLittleOfThoseSmallInTheSample) {
  ClusterOptions options = Options(kPlain);
  options.group_min = 150;
  const Learnt all = Learn(options, 2);
  const int64_t hidden = all.figures["clusters_too_small_to_tell"].AsInt();
  EXPECT_EQ(static_cast<int64_t>(all.figures["clusters"].size()) + hidden,
            all.figures["chosen_k"].AsInt());
  EXPECT_GT(all.figures["clusters"].size(), 0U);
  for (const Json& cluster : all.figures["clusters"].items()) {
    EXPECT_GE(cluster["size"].AsInt(), 150);
    EXPECT_TRUE(cluster["rules"].is_null()) << "200 in the sample, none of 150: " << cluster.Dump();
    EXPECT_FALSE(cluster["mean"].is_null());
  }
  EXPECT_FALSE(all.figures["tree"].Has("nodes"));
  EXPECT_FALSE(all.figures.Has("everybody"));
  options.group_min = 1'000;
  EXPECT_EQ(Learn(options, 2).figures["clusters"].size(), 0U);
}

TEST_F(ClusterMergeStage, KeepsToTheCondition) {
  ClusterOptions options = Options(kPlain);
  options.source.where = "churn >= 5";
  const Learnt all = Learn(options, 3);
  EXPECT_EQ(all.figures["rows"].AsInt(), 450);
  EXPECT_EQ(all.figures["rows_used"].AsInt(),
            Count("SELECT count(*) FROM everyone WHERE churn >= 5 AND recency IS NOT NULL"));
}

TEST_F(ClusterMergeStage, NeedsWhatWasLearntAndItsSums) {
  EXPECT_FALSE(ClusterMergeOutputSchema(Options(kPlain), inputs_).ok());
}

}  // namespace
}  // namespace signet::pipelines
