#include "pipelines/segments/cluster_sums_stage.h"

#include "tests/pipelines/segments/sampled_world.h"

namespace signet::pipelines {
namespace {

class ClusterSumsStage : public SampledWorld {
 protected:
  /// The scaling of everybody, made over so many partitions.
  Bytes Scaling(const ClusterOptions& options, int partitions, const std::string& order) {
    StageContext context;
    context.partitions = partitions;
    Gather(options, context, order);
    EXPECT_EQ(Count("SELECT count(*) FROM scaling"), partitions);
    return MergedScaling(*connection_, options, "scaling").value().Encode();
  }
};

TEST_F(ClusterSumsStage, OfPartitionsAreThoseOfOnePassBitByBit) {
  for (const bool log : {false, true}) {
    ClusterOptions options = Options(kPlain);
    options.clustering.scaling.log = log;
    const Bytes whole = Scaling(options, 1, "");
    for (const int partitions : {2, 5, 8}) {
      for (const char* order : {"frequency", "subject DESC"}) {
        EXPECT_EQ(Scaling(options, partitions, order), whole) << partitions << order;
      }
    }
  }
  Sql("UPDATE everyone SET frequency = frequency + 1e-9 WHERE churn = 3");
  EXPECT_NE(Scaling(Options(kPlain), 2, ""),
            Scaling(Options(R"({"columns": ["frequency", "recency"],
      "where": "churn <> 3", "sample": 200})"),
                    2,
                    ""));
}

TEST_F(ClusterSumsStage, OfMembersAreThoseOfOnePassBitByBit) {
  const ClusterOptions options = Options(kPlain);
  Bytes whole;
  for (const int partitions : {1, 2, 5, 8}) {
    Learn(options, partitions);
    const SegmentModel model = ReadSegmentModel(*connection_, "test", "learnt").value();
    const MemberSums sums = MergedMembers(*connection_, model, "sums").value();
    EXPECT_EQ(sums.rows(), 890U);  // 10 of 900 miss a value
    if (partitions == 1) whole = sums.Encode();
    EXPECT_EQ(sums.Encode(), whole) << partitions;
  }
}

TEST_F(ClusterSumsStage, OfOtherColumnsOrClustersAreRefused) {
  const ClusterOptions options = Options(kPlain);
  Learn(options, 2);
  ClusterOptions other = options;
  other.source.columns = {"frequency"};
  EXPECT_EQ(MergedScaling(*connection_, other, "scaling").status().code(), StatusCode::kCorrupt);
  other = options;
  other.clustering.scaling.log = true;
  EXPECT_EQ(MergedScaling(*connection_, other, "scaling").status().code(), StatusCode::kCorrupt);
  SegmentModel model = ReadSegmentModel(*connection_, "test", "learnt").value();
  model.centroids.cells.resize(model.centroids.columns);
  EXPECT_EQ(MergedMembers(*connection_, model, "sums").status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(MergedMembers(*connection_, model, "scaling").ok());
}

TEST_F(ClusterSumsStage, CarryTheLabelsOfAllThatIsReadAndTellNothing) {
  ClusterOptions options = Options(kPlain);
  options.source.where = "churn >= 5";
  const Schema schema = ClusterSumsOutputSchema(options, inputs_).value();
  EXPECT_EQ(schema.Find("sums")->label.categories,
            (std::set<std::string>{"user.behavior", "user.churn", "user.unique_id", "user.value"}));
  Show(-1, 1, "");
  EXPECT_EQ(RunClusterSums(*connection_, options, inputs_, {}).value().size(), 0U);
}

}  // namespace
}  // namespace signet::pipelines
