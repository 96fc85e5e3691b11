#include "pipelines/plan/column_pruning.h"

#include <algorithm>
#include <string>

#include "pipelines/query/analyse_select.h"
#include "pipelines/query/binder.h"

namespace signet::pipelines {
namespace {

bool Gives(const Operator& op,
           const Json& options,
           const std::vector<PlannedInput>& inputs,
           const Schema& output) {
  const Result<Schema> bound = op.Bind(RequestOf(options, inputs));
  return bound.ok() && *bound == output;
}

/// Two analyses instead of one per column; false when it cannot be done so.
bool DropUnread(const Operator& op,
                const Json& options,
                const Schema& output,
                std::vector<PlannedInput>& inputs) {
  if (op.signature().name != "sql") return false;
  const Result<query::SelectAnalysis> analysis =
      query::AnalyseSelect(options["sql"].AsString(), RequestOf(options, inputs).inputs);
  if (!analysis.ok()) return false;
  std::vector<PlannedInput> pruned = inputs;
  for (PlannedInput& input : pruned) {
    if (input.kind != DatasetKind::kGoverned) continue;
    std::erase_if(input.schema.columns, [&](const Column& column) {
      return column.name != kSubjectColumn &&
             analysis->read.count(query::LowerName(input.name) + "." +
                                  query::LowerName(column.name)) == 0 &&
             analysis->read.count(input.name + "." + column.name) == 0;
    });
  }
  if (!Gives(op, options, pruned, output)) return false;
  inputs = std::move(pruned);
  return true;
}

}  // namespace

BindRequest RequestOf(const Json& options, const std::vector<PlannedInput>& inputs) {
  BindRequest request;
  request.options = options;
  for (const PlannedInput& input : inputs) request.inputs[input.name] = input.schema;
  return request;
}

void DropUnusedColumns(const Operator& op,
                       const Json& options,
                       const Schema& output,
                       std::vector<PlannedInput>& inputs) {
  const bool governed = std::any_of(inputs.begin(), inputs.end(), [](const PlannedInput& input) {
    return input.kind == DatasetKind::kGoverned;
  });
  if (!governed || DropUnread(op, options, output, inputs)) return;
  for (PlannedInput& input : inputs) {
    if (input.kind != DatasetKind::kGoverned) continue;
    for (size_t i = input.schema.columns.size(); i-- > 0;) {
      if (input.schema.columns[i].name == kSubjectColumn) continue;
      const Column column = input.schema.columns[i];
      const auto at = input.schema.columns.begin() + static_cast<std::ptrdiff_t>(i);
      input.schema.columns.erase(at);
      if (Gives(op, options, inputs, output)) continue;
      input.schema.columns.insert(input.schema.columns.begin() + static_cast<std::ptrdiff_t>(i),
                                  column);
    }
  }
}

}  // namespace signet::pipelines
