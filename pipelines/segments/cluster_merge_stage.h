/// The stage `cluster_merge`: makes of clusters learnt from a sample a model of everybody.
///
/// In: what `cluster_learn` has left and the MemberSums of all partitions under it; out: kind
/// model, as of `cluster`. The centroids are the learnt ones, so `assign` puts into each cluster
/// exactly those whom its card counts; clusters are numbered by their size over everybody.
/// Deterministic. Memory: the sums of one partition at a time.
#pragma once

#include <map>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/task.h"
#include "pipelines/segments/cluster_stage.h"

namespace signet::pipelines {

/// SegmentModelSchema, labelled with all that was read.
Result<Schema> ClusterMergeOutputSchema(const ClusterOptions& options,
                                        const std::map<std::string, Schema>& inputs);

/// Figures: those of `cluster`, and `sampled`: how many rows of how many were learnt from, which
/// figures are of the sample and which of everybody, and `shift_max`: how far at most the mean of a
/// cluster's members lies from its centroid (in the scaled columns' units): what the sample misses.
/// Of clusters of which the sample holds fewer than `group_min`, silhouette and rules are not told.
Result<Json> RunClusterMerge(query::Connection& connection,
                             const ClusterOptions& options,
                             const std::map<std::string, Schema>& inputs,
                             const StageContext& context);

}  // namespace signet::pipelines
