/// The `assign` stage: puts subjects into the segments of a model that `cluster`, `rfm` or `tiers`
/// has learnt.
///
/// In: features or scores, and one segment model; out: kind segment: `subject`, `segment` TEXT,
/// then the columns of `keep`. Per partition, deterministic. Subjects without a value that the
/// model needs get no segment and are counted. Memory: what DuckDB needs for one scan.
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

namespace signet::pipelines {

struct AssignOptions {
  std::string input;              ///< default: the input that is no model
  std::vector<std::string> only;  ///< segments to keep; empty: all
  std::vector<std::string> keep;  ///< columns to keep beside the segment

  static Result<AssignOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> AssignOutputSchema(const AssignOptions& options,
                                  const std::map<std::string, Schema>& inputs);

/// Figures: considered, members, without_a_value, and members per segment.
Result<Json> RunAssign(query::Connection& connection,
                       const AssignOptions& options,
                       const std::map<std::string, Schema>& inputs,
                       const StageContext& context);

}  // namespace signet::pipelines
