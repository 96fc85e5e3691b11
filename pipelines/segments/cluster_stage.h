/// The `cluster` stage: learns clusters of subjects from their features.
///
/// In: one input with a subject (features, scores); out: kind model, one row (name, model, card)
/// that `assign` applies per partition. One task over all partitions. Deterministic: rows are taken
/// in canonical order and sums are exact, so neither row order nor partitions matter. Memory: 8
/// bytes a value, three times. Rows that miss a value are left out and counted. With `sample` the
/// planner puts the stages of sampled_clusters.h in its place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/option_doc.h"
#include "pipelines/record/task.h"
#include "pipelines/segments/clustering.h"
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {

inline constexpr int64_t kSampleMax = 10'000'000;

struct ClusterOptions {
  SegmentSource source;
  ClusteringOptions clustering;
  size_t group_min = 50;  ///< people below which neither profile nor hexagon is told
  size_t sample = 0;      ///< subjects to learn from; 0: everybody

  static Result<ClusterOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> ClusterOutputSchema(const ClusterOptions& options,
                                   const std::map<std::string, Schema>& inputs);

/// Figures: ToldFigures, and `hexbins`: principal components counted by hexagons, coloured by
/// cluster.
Result<Json> RunCluster(query::Connection& connection,
                        const ClusterOptions& options,
                        const std::map<std::string, Schema>& inputs,
                        const StageContext& context);

}  // namespace signet::pipelines
