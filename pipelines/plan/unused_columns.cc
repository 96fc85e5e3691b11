#include "pipelines/plan/unused_columns.h"

#include <set>
#include <string>

namespace signet::pipelines {
namespace {

bool CarriesFact(const ColumnDecl& column) {
  return !column.jurisdiction.empty() || !column.minor.empty() || !column.consent.empty() ||
         !column.opt_out.empty() || !column.signal.empty();
}

/// What the source itself needs of its columns.
std::set<std::string> NeededBySource(const SourceDecl& source) {
  std::set<std::string> needed(source.unique.begin(), source.unique.end());
  needed.insert(source.id_column);
  needed.insert(source.time);
  for (const LinkDecl& link : source.links) needed.insert(link.column);
  for (const ColumnDecl& column : source.columns) {
    if (!CarriesFact(column)) continue;
    needed.insert(column.name);
    needed.insert(column.as_of);
  }
  return needed;
}

std::set<std::string> ReadBySteps(const Planning& planning, const std::string& source) {
  std::set<std::string> read;
  for (const PlannedStep& step : planning.plan.steps) {
    for (const PlannedInput& input : step.inputs) {
      if (input.dataset != source) continue;
      for (const Column& column : input.schema.columns) read.insert(column.name);
      if (input.before) read.insert(input.before_column);
    }
  }
  return read;
}

std::string WhyOf(const Planning& planning, const ColumnDecl& column) {
  if (column.category.empty()) return "";
  const policies::Treatment treatment = planning.policy.TreatmentOf(column.category);
  if (treatment.kind != policies::TreatmentKind::kDrop) return "";
  return " (" + column.category + " is dropped: " + treatment.rule + ")";
}

}  // namespace

void CheckUnusedColumns(Planning& planning) {
  for (const SourceDecl& source : planning.document.sources) {
    std::set<std::string> used = NeededBySource(source);
    used.merge(ReadBySteps(planning, source.name));
    for (const ColumnDecl& column : source.columns) {
      if (used.count(column.name) != 0) continue;
      planning.diagnostics.Error("SIG-3009",
                                 column.mark,
                                 "column '" + column.name + "' of source '" + source.name +
                                     "' is used by no step" + WhyOf(planning, column),
                                 "remove the line: what is not declared is not read; or use the "
                                 "column in a step");
    }
  }
}

}  // namespace signet::pipelines
