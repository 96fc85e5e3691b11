/// The label of a derived column: what flows in, joined.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/record/dataset.h"
#include "policies/model/label.h"

namespace signet::pipelines {

/// Joins the labels of `columns` of `schema` (each may repeat). kNotFound, with "did you mean", for
/// a name that is no column. `columns` must not be empty.
Result<policies::Label> JoinedLabel(const Schema& schema, const std::vector<std::string>& columns);

/// Joins the labels of "table.column" names over several inputs (a lineage's result). A name that
/// does not resolve counts as every input column. At least one input column must exist.
policies::Label JoinedLabel(const std::map<std::string, Schema>& inputs,
                            const std::set<std::string>& columns);

/// The named input, or kInvalid that says which inputs there are.
Result<const Schema*> InputNamed(const std::map<std::string, Schema>& inputs,
                                 std::string_view name);

/// kInvalid unless `column` exists in `schema`; the message names the input and the nearest column.
Result<const Column*> ColumnNamed(const Schema& schema,
                                  std::string_view input,
                                  std::string_view column);

}  // namespace signet::pipelines
