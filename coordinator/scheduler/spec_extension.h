/// What a RunSpec has beyond the first release's bytes, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "coordinator/scheduler/run_spec.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// A canonical JSON object with what differs from a default; empty when nothing does.
std::string ExtensionOf(const RunSpec& spec);
/// Takes what ExtensionOf wrote into `spec`, whose steps are there already. Keys that this version
/// does not know are ignored; kCorrupt for anything that is no such object.
Status ApplyExtension(std::string_view text, RunSpec& spec);

}  // namespace signet::coordinator
