/// Columns that a source declares and no step can see: what the policy drops, escrows or encrypts.
#pragma once

#include <string>
#include <vector>

#include "pipelines/plan/planning.h"

namespace signet::pipelines {

struct HiddenColumn {
  Column column;            ///< as declared
  std::string explanation;  ///< "policy treats user.contact.email with escrow (rule, article)"
  std::string remedy;
};

/// Those of the source behind the governed dataset `dataset` that `visible` lacks; none for other
/// datasets.
std::vector<HiddenColumn> HiddenColumnsOf(const Planning& planning,
                                          const std::string& dataset,
                                          const Schema& visible);

}  // namespace signet::pipelines
