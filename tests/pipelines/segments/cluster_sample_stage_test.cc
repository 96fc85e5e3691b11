#include "pipelines/segments/cluster_sample_stage.h"

#include "tests/pipelines/segments/sampled_world.h"

namespace signet::pipelines {
namespace {

class ClusterSampleStage : public SampledWorld {
 protected:
  /// The subjects that clusters are learnt from, as text, sorted.
  std::string MergedSubjects(const ClusterOptions& options, int partitions, uint64_t seed) {
    StageContext context;
    context.seed = seed;
    context.partitions = partitions;
    Gather(options, context, "");
    const SubjectSample sample = MergedSample(*connection_, options, "sample", context).value();
    std::string subjects;
    for (size_t i = 0; i < sample.rows(); ++i) subjects += UuidText(sample.subject(i)) + "\n";
    return subjects;
  }
};

TEST_F(ClusterSampleStage, IsOfTheSamePeopleForAnyNumberOfPartitions) {
  const ClusterOptions options = Options(kPlain);
  std::string other;
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    SCOPED_TRACE(seed);
    const std::string whole = MergedSubjects(options, 1, seed);
    EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 200);
    for (const int partitions : {2, 5, 8}) {
      EXPECT_EQ(MergedSubjects(options, partitions, seed), whole) << partitions;
    }
    EXPECT_NE(whole, other) << "the seed decides nothing";
    other = whole;
  }
}

TEST_F(ClusterSampleStage, HoldsTheLowestHashesOfRowsThatMissNothing) {
  const ClusterOptions options = Options(kPlain);
  MergedSubjects(options, 1, 7);
  std::vector<uint64_t> all;
  Show(-1, 1, "");
  ASSERT_TRUE(ForEachSubject(*connection_,
                             "people",
                             {"frequency"},
                             "recency IS NOT NULL",
                             [&all](const Uuid& subject, std::span<const double>) {
                               all.push_back(SubjectHash(subject, 7));
                               return OkStatus();
                             })
                  .ok());
  std::sort(all.begin(), all.end());
  std::vector<uint64_t> sampled;
  ASSERT_TRUE(ForEachSubject(*connection_,
                             "sample",
                             {"frequency"},
                             "",
                             [&sampled](const Uuid& subject, std::span<const double>) {
                               sampled.push_back(SubjectHash(subject, 7));
                               return OkStatus();
                             })
                  .ok());
  std::sort(sampled.begin(), sampled.end());
  EXPECT_EQ(sampled, std::vector<uint64_t>(all.begin(), all.begin() + 200));
}

TEST_F(ClusterSampleStage, AConditionAndMissingValuesLeaveRowsOut) {
  ClusterOptions options = Options(kPlain);
  options.source.where = "churn >= 5";
  StageContext context;
  Gather(options, context, "");
  EXPECT_EQ(Count("SELECT count(*) FROM sample s JOIN everyone e USING (subject) WHERE e.churn < 5 "
                  "OR e.recency IS NULL"),
            0);
  EXPECT_EQ(Count("SELECT count(*) FROM sample"), 200);
}

/// More of the lowest in one partition than chance allows: then it is the lowest of all up to where
/// that partition had to stop, and nobody above.
TEST_F(ClusterSampleStage, APartitionThatHadToStopStopsTheSample) {
  const ClusterOptions options = Options(
      R"({"columns": ["frequency"], "k": 2, "restarts": 2, "sample": 800, "group_min": 20})");
  StageContext context;
  context.partitions = 64;
  ASSERT_LT(SampleQuota(options.sample, context.partitions), 200U);
  // Everybody in partition 0, which gives its quota and no more.
  Sql("UPDATE everyone SET subject = ('00000000' || substr(subject::VARCHAR, 9))::UUID");
  Gather(options, context, "");
  const auto quota = static_cast<int64_t>(SampleQuota(options.sample, context.partitions));
  EXPECT_EQ(Count("SELECT count(*) FROM sample"), quota);
  // Persons of another partition, above and below.
  Sql("INSERT INTO sample SELECT (lpad(to_hex(i * 64 + 1), 8, '0') || "
      "'-0000-0000-0000-000000000000')::UUID, 1 FROM range(1, 90) t(i)");
  const SubjectSample sample = MergedSample(*connection_, options, "sample", context).value();
  EXPECT_LT(sample.rows(), static_cast<size_t>(quota) + 89);
  size_t of_first = 0;
  for (size_t i = 0; i < sample.rows(); ++i) {
    of_first += PartitionOf(SubjectId{sample.subject(i)}, 64) == 0 ? 1U : 0U;
  }
  EXPECT_EQ(of_first, static_cast<size_t>(quota));
}

TEST_F(ClusterSampleStage, CarriesTheLabelsOfColumnsAndOfWhoIsIn) {
  ClusterOptions options = Options(kPlain);
  options.source.where = "churn >= 5";
  const Schema schema = ClusterSampleOutputSchema(options, inputs_).value();
  EXPECT_EQ(schema.Names(), (std::vector<std::string>{"subject", "frequency", "recency"}));
  EXPECT_EQ(schema.Find("subject")->label.categories,
            (std::set<std::string>{"user.churn", "user.unique_id"}));
  EXPECT_EQ(schema.Find("recency")->label.categories,
            (std::set<std::string>{"user.churn", "user.unique_id", "user.value"}));
  options.source.columns = {"frequency", "frequency"};
  EXPECT_FALSE(ClusterSampleOutputSchema(options, inputs_).ok());
}

}  // namespace
}  // namespace signet::pipelines
