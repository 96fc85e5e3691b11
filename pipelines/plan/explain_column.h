/// Why a column may be used or not: its derivation, with the rules' lines.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/plan/planner.h"

namespace signet::pipelines {

/// Explains `column` ("crm.email", a source's; "profile.tier", a step's) of the request's pipeline:
///   {column, pipeline, kind, category, label, treatment, rules: [{policy, category, treatment,
///   rule,
///    article, releasable}], purposes: [{purpose, allowed, rule, article, message}],
///    derivation: [{column, step, operator, from, indirect}], used_by: [{step, operator, purpose,
///    place}], recipients: [{recipient, relation, region, how, allowed, rule, article, message}],
///    refused: text}
/// `refused` is what `plan` says when it refuses the pipeline; then the parts that need a plan are
/// missing. kNotFound with "did you mean" for a column that is not there.
Result<Json> ExplainColumn(const PlanRequest& request, const std::string& column);

/// The same for people, one screen.
std::string ExplanationText(const Json& explanation);

}  // namespace signet::pipelines
