#include "pipelines/segments/cluster_learn_stage.h"

#include "tests/pipelines/segments/sampled_world.h"

namespace signet::pipelines {
namespace {

class ClusterLearnStage : public SampledWorld {};

TEST_F(ClusterLearnStage, LearnsFromNoMoreThanTheSampleHoweverManyPeopleThereAre) {
  const ClusterOptions options = Options(kPlain);
  for (const int people : {900, 9'000}) {
    MakePeople(people);
    for (const int partitions : {1, 8, 64}) {
      const Learnt all = Learn(options, partitions);
      EXPECT_EQ(all.learnt, 200);
      const auto quota = static_cast<int64_t>(SampleQuota(options.sample, partitions));
      EXPECT_LE(all.read, quota * partitions);
      EXPECT_EQ(all.figures["sampled"]["rows"].AsInt(), 200);
    }
  }
}

TEST_F(ClusterLearnStage, ScalesAsEverybodyIs) {
  ClusterOptions options = Options(kPlain);
  options.clustering.scaling.log = true;
  Learn(options, 3);
  const ColumnScaling scaling = ReadSegmentModel(*connection_, "test", "learnt").value().scaling;
  Show(-1, 1, "");
  const auto columns = ReadColumns(*connection_, "people", {"frequency", "recency"}, "").value();
  const ColumnScaling all =
      ColumnScaling::Learn({"frequency", "recency"}, columns, options.clustering.scaling).value();
  ASSERT_EQ(scaling.columns().size(), 2U);
  for (size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(scaling.columns()[c].mean, all.columns()[c].mean);
    EXPECT_DOUBLE_EQ(scaling.columns()[c].deviation, all.columns()[c].deviation);
  }
  EXPECT_EQ(scaling.rows_missing(), 10U);
}

TEST_F(ClusterLearnStage, RefusesWhatClusterRefuses) {
  StageContext context;
  context.partitions = 2;
  ClusterOptions options = Options(kPlain);
  Sql("UPDATE everyone SET frequency = 'inf'::DOUBLE WHERE churn = 3");
  Gather(options, context, "");
  const Status infinite = RunClusterLearn(*connection_, options, made_, context).status();
  EXPECT_NE(infinite.ToString().find("90 infinite values"), std::string::npos)
      << infinite.ToString();
  Sql("UPDATE everyone SET frequency = 1, recency = 1");
  Gather(options, context, "");
  EXPECT_NE(RunClusterLearn(*connection_, options, made_, context)
                .status()
                .ToString()
                .find("every column is constant"),
            std::string::npos);
  Sql("DELETE FROM everyone");
  Gather(options, context, "");
  EXPECT_NE(RunClusterLearn(*connection_, options, made_, context)
                .status()
                .ToString()
                .find("there is no row"),
            std::string::npos);
}

TEST_F(ClusterLearnStage, NeedsASampleAndAScaling) {
  EXPECT_FALSE(ClusterLearnOutputSchema(Options(kPlain), inputs_).ok());
}

}  // namespace
}  // namespace signet::pipelines
