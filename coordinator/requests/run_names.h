/// What runs are called, and in which order they were asked for.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"

namespace signet::coordinator {

/// "20261122t033831-7d1aa5f2": the second, its microseconds in five hexadecimal digits, chance.
/// Sorts after the names of all runs in the state, also where the clock went back: by that order a
/// serving folder decides which version is current, and who opted out must not come back.
RunId NewRunId(StateFolder& state);

/// The names of the folders below `runs`, the newest run first.
std::vector<std::string> RunNamesNewestFirst(const StateFolder& state);

/// The second in which the run began, from its name; kInvalid for another text.
Result<Timestamp> TimeOfRun(const std::string& run);

/// What the names of runs of that second begin with: "20261122t033831".
std::string RunNameStart(Timestamp at);

}  // namespace signet::coordinator
