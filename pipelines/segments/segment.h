/// The `segment` stage: the subjects for whom a condition holds.
///
/// In: one input with a subject (scores, features or a join of them); out: kind segment: `subject`,
/// `segment` TEXT, then the columns of `keep`. Per partition, deterministic, one scan. A condition
/// that is NULL does not hold. The label of `subject` is joined with those of every column the
/// condition reads: membership tells about them.
#pragma once

#include <cstdint>
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

/// Splits the members by a column's value: names[i] for values below cuts[i], the last name above.
struct TierOptions {
  std::string column;
  std::vector<double> cuts;        ///< ascending
  std::vector<std::string> names;  ///< one more than cuts
};

struct SegmentOptions {
  std::string name;   ///< default "segment"; the plan passes the step's name
  std::string input;  ///< default: the only input
  std::string where = "true";
  TierOptions tiers;  ///< when given, `segment` reads "<name>.<tier>"
  std::vector<std::string> keep;

  static Result<SegmentOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> SegmentOutputSchema(const SegmentOptions& options,
                                   const std::map<std::string, Schema>& inputs);

/// Figures: considered, members, and members per tier.
Result<Json> RunSegment(query::Connection& connection,
                        const SegmentOptions& options,
                        const std::map<std::string, Schema>& inputs,
                        const StageContext& context);

}  // namespace signet::pipelines
