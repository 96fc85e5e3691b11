/// The derivation: for every column of every dataset where it comes from and what allows it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/plan/plan.h"
#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// What flows into one column from the datasets that its step reads.
struct ColumnSources {
  std::set<std::string> values;    ///< "dataset.column": its values
  std::set<std::string> indirect;  ///< filters, joins, groups, orders that decide about its rows
};

/// The sources of each column that `step` writes, in the order of its first output's columns. Exact
/// for SQL; for other operators every input column that shares an origin counts as a value. Empty
/// for steps of the planner (tokenise, resolve, gate), whose columns come from files.
std::vector<ColumnSources> SourcesOf(const PlannedStep& step);

/// A list, one entry per dataset: {dataset, kind, step, operator, purpose, from, retention:
/// {seconds, rule}, columns: [{name, type, label, from, indirect, rules: [{category, treatment,
/// rule, article}], bases: [{purpose, policy, basis, article, rule}]}]}. `bases` names those of the
/// step's own purpose; the label lists what else is allowed. It is part of the plan, and so of its
/// digest.
Json DerivationOf(const Planning& planning);

}  // namespace signet::pipelines
