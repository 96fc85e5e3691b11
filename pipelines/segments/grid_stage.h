/// The `grid` stage: the mean of one column by bands of two others, such as churn by tenure and
/// value. For reports: people are only counted.
///
/// In: one input with a subject (features, scores); out: kind aggregate, one row per cell that
/// holds enough people. One task over all partitions; exact quantiles and sums, so order and
/// partitions do not matter. Memory: 24 bytes a subject.
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
#include "pipelines/segments/segment_model.h"

namespace signet::pipelines {

struct GridOptions {
  SegmentSource source;  ///< columns: rows, columns, value
  size_t bands = 4;
  size_t group_min = 50;

  static Result<GridOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> GridOutputSchema(const GridOptions& options,
                                const std::map<std::string, Schema>& inputs);
/// Figures: subjects, without_a_value, grid.
Result<Json> RunGrid(query::Connection& connection,
                     const GridOptions& options,
                     const std::map<std::string, Schema>& inputs,
                     const StageContext& context);

}  // namespace signet::pipelines
