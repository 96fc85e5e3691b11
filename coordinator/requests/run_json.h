/// A run as one JSON object of stable shape: what commands print and services answer.
#pragma once

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"

namespace signet::coordinator {

/// {run, pipeline, status, seconds, submitted, owner, priority, steps: [{id, state, tasks, done,
/// running, attempts, rows, progress, seconds, message}], figures: {step: [...]}, snapshots:
/// [{name, recipient, version, content_digest, members, audit_index, segments: [{name, members}],
/// withheld: [...]}]}. `kept` is PlanBinder::Report; null while there is none.
Json RunJson(const RunView& view, const Json& kept);
/// The first lines of it: {run, pipeline, status, seconds, submitted, owner, priority, done,
/// tasks}.
Json RunLineJson(const RunView& view);

/// As much of a view as RunJson holds and a live tree needs.
RunView ViewOfJson(const Json& json);

}  // namespace signet::coordinator
