#include "pipelines/catalog/segment_operators.h"

#include <string>
#include <utility>

#include "pipelines/catalog/stage_operator.h"
#include "pipelines/models/recommend_stage.h"
#include "pipelines/segments/assign_stage.h"
#include "pipelines/segments/cluster_learn_stage.h"
#include "pipelines/segments/cluster_merge_stage.h"
#include "pipelines/segments/cluster_sample_stage.h"
#include "pipelines/segments/cluster_stage.h"
#include "pipelines/segments/cluster_sums_stage.h"
#include "pipelines/segments/grid_stage.h"
#include "pipelines/segments/project_stage.h"
#include "pipelines/segments/rfm_stage.h"

namespace signet::pipelines {
namespace {

using Kind = DatasetKind;

/// The options of `cluster`, for the parts that the planner puts in its place: nobody writes those.
struct PartOptions : ClusterOptions {
  static Result<PartOptions> FromJson(const Json& json) {
    ASSIGN_OR_RETURN(ClusterOptions options, ClusterOptions::FromJson(json));
    PartOptions part;
    static_cast<ClusterOptions&>(part) = std::move(options);
    return part;
  }
  static std::vector<OptionDoc> Options() { return {}; }
};

using Cluster = StageOperator<ClusterOptions, ClusterOutputSchema, RunCluster>;
using ClusterSample = StageOperator<PartOptions, ClusterSampleOutputSchema, RunClusterSample>;
using ClusterSums = StageOperator<PartOptions, ClusterSumsOutputSchema, RunClusterSums>;
using ClusterLearn = StageOperator<PartOptions, ClusterLearnOutputSchema, RunClusterLearn>;
using ClusterMerge = StageOperator<PartOptions, ClusterMergeOutputSchema, RunClusterMerge>;
using Rfm = StageOperator<RfmOptions, RfmOutputSchema, RunRfm>;
using Tiers = StageOperator<TiersOptions, TiersOutputSchema, RunTiers>;
using Assign = StageOperator<AssignOptions, AssignOutputSchema, RunAssign>;
using Project = StageOperator<ProjectOptions, ProjectOutputSchema, RunProject>;
using Recommend = StageOperator<RecommendStageOptions, RecommendOutputSchema, RunRecommend>;
using Grid = StageOperator<GridOptions, GridOutputSchema, RunGrid>;

/// Only the planner adds it.
OperatorSignature Internal(OperatorSignature signature) {
  signature.in_documents = false;
  return signature;
}

/// Only the planner adds it, and what it writes dies with the run: copies of persons' rows and sums
/// that no erasure could find a person in.
OperatorSignature Passing(OperatorSignature signature) {
  signature.ephemeral = true;
  return Internal(std::move(signature));
}

void AddLearners(std::vector<std::unique_ptr<Operator>>& all) {
  const std::vector<Kind> people = {Kind::kFeatures, Kind::kScores};
  all.push_back(std::make_unique<Cluster>(
      Signature("cluster",
                "Learns clusters of subjects: k-means or a hierarchy, choice of k, words.",
                Shape::kOnce,
                people,
                Kind::kModel)));
  all.push_back(std::make_unique<Rfm>(Signature("rfm",
                                                "Ranks subjects by recency, frequency and value.",
                                                Shape::kOnce,
                                                people,
                                                Kind::kModel)));
  all.push_back(std::make_unique<Tiers>(Signature("tiers",
                                                  "Splits subjects by value into shares of people.",
                                                  Shape::kOnce,
                                                  people,
                                                  Kind::kModel)));
  all.push_back(std::make_unique<Assign>(
      Signature("assign",
                "Puts subjects into the segments that cluster, rfm or tiers has learnt.",
                Shape::kPerPartition,
                {Kind::kFeatures, Kind::kScores, Kind::kModel},
                Kind::kSegment)));
}

void AddPictures(std::vector<std::unique_ptr<Operator>>& all) {
  const std::vector<Kind> people = {Kind::kFeatures, Kind::kScores};
  all.push_back(std::make_unique<Grid>(
      Signature("grid",
                "The mean of one column by bands of two others, for reports.",
                Shape::kOnce,
                people,
                Kind::kAggregate)));
  all.push_back(std::make_unique<Project>(
      Signature("project",
                "People on a plane by PCA or t-SNE, counted by hexagons, for reports.",
                Shape::kOnce,
                people,
                Kind::kAggregate)));
  all.push_back(std::make_unique<Recommend>(
      Signature("recommend",
                "Items that each subject will most likely take next, judged by a time split.",
                Shape::kOnce,
                {Kind::kGoverned, Kind::kFeatures},
                Kind::kFeatures)));
}

/// See pipelines/plan/sampled_clusters.h.
void AddPartsOfCluster(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<ClusterSample>(
      Passing(Signature("cluster_sample",
                        "The subjects of a partition whom clusters are learnt from.",
                        Shape::kPerPartition,
                        {Kind::kFeatures, Kind::kScores},
                        Kind::kFeatures))));
  all.push_back(std::make_unique<ClusterSums>(
      Passing(Signature("cluster_sums",
                        "What a partition adds to the scaling, or to the clusters, of everybody.",
                        Shape::kPerPartition,
                        {Kind::kFeatures, Kind::kScores, Kind::kAggregate},
                        Kind::kAggregate))));
  all.push_back(std::make_unique<ClusterLearn>(
      Passing(Signature("cluster_learn",
                        "Learns clusters from the samples of all partitions.",
                        Shape::kOnce,
                        {Kind::kFeatures, Kind::kAggregate},
                        Kind::kAggregate))));
  all.push_back(std::make_unique<ClusterMerge>(
      Internal(Signature("cluster_merge",
                         "Adds up who is in each cluster, and makes the model and its card.",
                         Shape::kOnce,
                         {Kind::kAggregate},
                         Kind::kModel))));
}

}  // namespace

std::vector<std::unique_ptr<Operator>> SegmentOperators() {
  std::vector<std::unique_ptr<Operator>> all;
  AddLearners(all);
  AddPictures(all);
  AddPartsOfCluster(all);
  return all;
}

}  // namespace signet::pipelines
