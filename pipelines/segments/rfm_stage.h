/// The stages `rfm` and `tiers`: bands of equal size over all subjects, as a model for `assign`.
///
/// In: one input with a subject (features, scores); out: kind model, one row (name, model, card).
/// One task over all partitions; bounds are exact quantiles, so order and partitions do not matter,
/// and equal values share a band. Memory: 8 bytes a value.
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

/// Recency x frequency bands with their usual names; monetary value is told for each cell.
struct RfmOptions {
  SegmentSource source;  ///< columns: recency (low is good), frequency, monetary
  size_t bands = 5;
  size_t group_min = 50;

  static Result<RfmOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> RfmOutputSchema(const RfmOptions& options,
                               const std::map<std::string, Schema>& inputs);
/// Figures: subjects, without_a_value, grids (people and mean monetary value by band).
Result<Json> RunRfm(query::Connection& connection,
                    const RfmOptions& options,
                    const std::map<std::string, Schema>& inputs,
                    const StageContext& context);

/// Value tiers by share of people: the best tenth, the next fifth, ...
struct TiersOptions {
  SegmentSource source;            ///< one column: the value
  std::vector<double> shares;      ///< of people, best first; what is left is the last tier
  std::vector<std::string> names;  ///< best first, one more than shares
  size_t group_min = 50;

  static Result<TiersOptions> FromJson(const Json& json);
  static std::vector<OptionDoc> Options();
};

Result<Schema> TiersOutputSchema(const TiersOptions& options,
                                 const std::map<std::string, Schema>& inputs);
/// Figures: subjects, without_a_value, tiers (people, from, share of all value).
Result<Json> RunTiers(query::Connection& connection,
                      const TiersOptions& options,
                      const std::map<std::string, Schema>& inputs,
                      const StageContext& context);

}  // namespace signet::pipelines
