/// The stage `cluster_learn`: learns clusters from a sample of subjects, scaled as everybody is.
///
/// In: what `cluster_sample` and `cluster_sums` have left, all partitions; out: kind aggregate, a
/// model whose card holds every figure of the sample, for `cluster_sums` and `cluster_merge`. It
/// dies with the run. Deterministic: the sample and the scaling are those of any partitioning, rows
/// are taken in canonical order. Memory: 8 bytes a value of the sample, three times, however many
/// subjects there are.
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
Result<Schema> ClusterLearnOutputSchema(const ClusterOptions& options,
                                        const std::map<std::string, Schema>& inputs);

/// Figures: `rows`, how many the sample has.
Result<Json> RunClusterLearn(query::Connection& connection,
                             const ClusterOptions& options,
                             const std::map<std::string, Schema>& inputs,
                             const StageContext& context);

}  // namespace signet::pipelines
