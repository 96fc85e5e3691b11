/// A whole plan as JSON and back: what a coordinator keeps to resume a run after a restart.
#pragma once

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/plan/plan.h"

namespace signet::pipelines {

/// Everything a Plan holds (Plan::ToJson gives only what decides the result). No personal data.
Json EncodePlan(const Plan& plan);
/// kCorrupt for anything EncodePlan does not write; the plan has the digest it had.
Result<Plan> DecodePlan(const Json& json);

}  // namespace signet::pipelines
