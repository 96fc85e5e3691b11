/// Options of a step that the planner fills in: names, and what the policies demand.
#pragma once

#include "crypto/base/json.h"
#include "pipelines/plan/pipeline_document.h"
#include "policies/compile/policy.h"

namespace signet::pipelines {

/// A segment and a snapshot are called like their step unless they say otherwise. What `train`
/// explains speaks of groups of the policies' min_leaf people, whatever the document asks for.
Json FilledOptions(const StepDecl& decl, const policies::Policy& policy);

}  // namespace signet::pipelines
