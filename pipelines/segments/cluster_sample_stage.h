/// The stage `cluster_sample`: which subjects clusters are learnt from, when `cluster` has
/// `sample`.
///
/// In: what `cluster` reads, one partition of it; out: kind features, `subject` and the columns of
/// the subjects with the lowest salted hashes (SubjectSample), of rows that miss no value. The
/// lowest of all are among the lowest of each partition, so the stage that learns merges them.
/// Deterministic: seed and subjects alone decide. Memory: 8 bytes a value of the rows given.
#pragma once

#include <map>
#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/task.h"
#include "pipelines/segments/cluster_stage.h"
#include "pipelines/segments/subject_sample.h"

namespace signet::pipelines {

/// `subject` and the columns as numbers; being in the sample tells what `where` reads.
Result<Schema> ClusterSampleOutputSchema(const ClusterOptions& options,
                                         const std::map<std::string, Schema>& inputs);

/// Figures: `considered` (rows that miss no value) and `kept`.
Result<Json> RunClusterSample(query::Connection& connection,
                              const ClusterOptions& options,
                              const std::map<std::string, Schema>& inputs,
                              const StageContext& context);

/// The samples of all partitions, as input `input` shows them, down to the lowest of all: at most
/// `options.sample` rows, sorted.
Result<SubjectSample> MergedSample(query::Connection& connection,
                                   const ClusterOptions& options,
                                   const std::string& input,
                                   const StageContext& context);

}  // namespace signet::pipelines
