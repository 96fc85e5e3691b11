/// The report of a run: one JSON object of stable shape, and the same for people.
#pragma once

#include <string>

#include "coordinator/binding/plan_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"

namespace signet::coordinator {

/// {run, pipeline, status, seconds, steps: [{id, state, tasks, attempts, rows, seconds, message}],
/// figures: {step: [...]}, snapshots: [{name, recipient, version, content_digest, members,
/// audit_index, segments: [{name, members}], withheld: [...]}]}
Json RunReport(const RunView& view, const PlanBinder& binder);
std::string RunReportText(const Json& report);

}  // namespace signet::coordinator
