/// What a publish task held back, in words: the rest of the answer to why its list is as it is.
#pragma once

#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "pipelines/plan/plan.h"

namespace signet::coordinator {

/// Of the manifests in `report` (RunMemory::Report) the one that the task published: "; ..." for
/// each segment that is withheld or whose additions wait; empty when nothing was held back.
std::string PublicationNote(const pipelines::PlannedStep& step, int task, const Json& report);

/// The same for a run that has ended; empty for a step that publishes nothing.
std::string PublicationNote(StateFolder& state,
                            const RunId& run,
                            const std::string& step,
                            int task);

}  // namespace signet::coordinator
