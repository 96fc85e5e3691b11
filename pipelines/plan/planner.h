/// The planner: binds a pipeline document to its policies and proves every step before it runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/status.h"
#include "pipelines/plan/plan.h"
#include "policies/compile/compile.h"
#include "policies/compile/policy.h"

namespace signet::pipelines {

struct PlanRequest {
  std::filesystem::path file;                  ///< the pipeline's YAML
  std::map<std::string, std::string> params;   ///< given with -p
  Timestamp now;                               ///< what "today" means
  std::filesystem::path bundles;               ///< the shipped policies
  std::filesystem::path base;                  ///< relative data paths start here
  bool find_files = true;                      ///< false: `validate`, which needs no data
  bool derive = true;                          ///< false: `validate`, which shows no derivation
  bool refuse_unused = false;                  ///< declared columns that no step uses (SIG-3009)
  std::optional<int64_t> min_group_for_tests;  ///< only for states marked as test states
};

struct Planned {
  Plan plan;
  policies::Policy policy;
  policies::PolicySources sources;  ///< the files that the policy was compiled from
};

/// Reads, binds and proves. All errors at once, each located (SIG-1xxx to SIG-3xxx): kInvalid, or
/// kDenied when policy alone refuses.
Result<Planned> MakePlan(const PlanRequest& request);

/// "as_of", "behaviour", ... what `signet plan` prints: steps, datasets, columns with their basis.
std::string PlanText(const Plan& plan);

/// JSON Schema (draft-07) of a pipeline document, from the operator catalog.
Json PipelineSchema();
/// The operators' reference page (Markdown), from the catalog.
std::string PipelineReference();

}  // namespace signet::pipelines
