/// The report of a run: one JSON object of stable shape, and the same for people.
#pragma once

#include <string>

#include "coordinator/binding/plan_binder.h"
#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/json.h"

namespace signet::coordinator {

/// RunJson of a run whose binder is still there.
Json RunReport(const RunView& view, const PlanBinder& binder);
std::string RunReportText(const Json& report);

}  // namespace signet::coordinator
