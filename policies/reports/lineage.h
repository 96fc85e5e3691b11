/// Where each column comes from and what may be done with it, for people who read no SQL.
#pragma once

#include <span>
#include <string>

#include "policies/reports/activity.h"
#include "policies/reports/document.h"

namespace signet::policies {

/// One row per column of each dataset; `pipeline`, `run` and `plan_digest` say of which plan.
struct LineageOf {
  std::string pipeline, run, plan_digest;
};
ReportDocument MakeLineage(const LineageOf& plan,
                           std::span<const ColumnLineage> columns,
                           const std::string& made);

}  // namespace signet::policies
