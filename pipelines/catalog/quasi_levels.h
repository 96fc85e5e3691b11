/// Levels by which a column of quasi-identifying values may be told more coarsely.
#pragma once

#include <string>
#include <vector>

#include "policies/disclosure/class_measures.h"
#include "policies/disclosure/generalisation_search.h"

namespace signet::pipelines {

/// A column for the search, with a name for each of its levels.
struct NamedLevels {
  policies::QuasiColumn column;
  std::vector<std::string> names;  ///< "as it is", "bands of 20", "year", "first 2 characters", "*"
};

/// `texts[v]` is the value with code v (empty: missing). Dates become months, years, decades;
/// numbers bands, each twice as wide as the one before; texts of digits their beginnings; all of
/// them at last "*", as do other texts at once. Each level merges what the one before merged.
NamedLevels LevelsOf(policies::Codes values, const std::vector<std::string>& texts);

}  // namespace signet::pipelines
