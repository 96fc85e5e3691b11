/// The stage `cluster_sums`: what a partition adds to a clustering of everybody, as exact sums.
///
/// In: what `cluster` reads, one partition of it; with what `cluster_learn` has left beside it, who
/// is in each cluster (MemberSums), else what the columns' scales are (ScalingSums). Out: kind
/// aggregate, one row with the sums, labelled with all that was read: they may be about few people,
/// so they are no figures of any report and die with the run. Deterministic: the sums are exact, so
/// merged they are those of one pass over everybody. Memory: what DuckDB needs for the scan, and
/// 1.2 kB a column and cluster.
#pragma once

#include <map>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/member_sums.h"
#include "pipelines/math/scaling_sums.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/task.h"
#include "pipelines/segments/cluster_stage.h"

namespace signet::pipelines {

/// {sums BLOB}, labelled with all that is read.
Result<Schema> ClusterSumsOutputSchema(const ClusterOptions& options,
                                       const std::map<std::string, Schema>& inputs);

/// Tells no figure.
Result<Json> RunClusterSums(query::Connection& connection,
                            const ClusterOptions& options,
                            const std::map<std::string, Schema>& inputs,
                            const StageContext& context);

/// Whether an input is what this stage has left.
bool IsClusterSums(const Schema& schema);
/// The sums of all partitions, as input `input` shows them, merged. kCorrupt unless they are of
/// the columns that `options` names, or of the clusters that `model` has.
Result<ScalingSums> MergedScaling(query::Connection& connection,
                                  const ClusterOptions& options,
                                  const std::string& input);
Result<MemberSums> MergedMembers(query::Connection& connection,
                                 const SegmentModel& model,
                                 const std::string& input);

}  // namespace signet::pipelines
