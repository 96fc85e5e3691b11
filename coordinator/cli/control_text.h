/// What people read of a coordinator's answers.
#pragma once

#include <string>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// A table of runs, the newest first.
std::string RunsText(const Json& runs);
/// One run: what it is, then a line for each step.
std::string RunText(const Json& run);
/// Workers and what is under way.
std::string TopText(const Json& top);
/// A table of schedules, and why each waits.
std::string SchedulesText(const Json& schedules);
/// "2026-11-22T03:38:31Z  leased     gate.crm/0  on w1#...": one line of a run's log.
std::string LogText(const Json& line);

}  // namespace signet::coordinator
