/// What the planner's rooms-mates share while they bind one pipeline.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipelines/govern/source_spec.h"
#include "pipelines/identity/identity_table.h"
#include "pipelines/plan/pipeline_document.h"
#include "pipelines/plan/plan.h"
#include "pipelines/plan/planner.h"
#include "policies/compile/policy.h"
#include "policies/document/diagnostic.h"

namespace signet::pipelines {

/// A dataset as later steps may use it.
struct PlannedDataset {
  std::string name;
  DatasetKind kind = DatasetKind::kGoverned;
  Schema schema;
  std::string step;                      ///< who writes it
  std::vector<std::string> parents;      ///< datasets it was made from
  std::string time;                      ///< governed: the source's time column
  std::optional<Timestamp> features_at;  ///< features: their cut-off
  policies::Mark mark;
};

/// One planning in progress.
struct Planning {
  const PlanRequest& request;
  const PipelineDocument& document;
  const policies::Policy& policy;
  policies::Diagnostics& diagnostics;
  Plan plan;
  std::map<std::string, PlannedDataset> datasets;
  std::vector<std::string> gates;  ///< ids of the gate steps
  std::set<std::string> refused;   ///< steps with errors: what reads them is not reported again

  [[nodiscard]] std::vector<std::string> DatasetNames() const;
};

/// An input without consent view or cut-off.
PlannedInput PlainInput(std::string name, std::string dataset, DatasetKind kind, Schema schema);

/// Adds tokenise, resolve, gate and consent (or load, for reference data) for every source.
void PlanSources(Planning& planning);
/// Adds the document's steps in topological order.
void PlanSteps(Planning& planning);
}  // namespace signet::pipelines
