/// The order of a pipeline's steps: what is read comes before who reads it.
#pragma once

#include <string>
#include <vector>

#include "pipelines/plan/planning.h"

namespace signet::pipelines {

/// What the step reads: its inputs, and the segments that it publishes.
std::vector<std::string> DatasetsOf(const StepDecl& step);

/// The document's steps, inputs first. A cycle is reported once (SIG-3006) and its step refused, so
/// that what reads it is not reported again.
std::vector<const StepDecl*> SortedSteps(Planning& planning);

}  // namespace signet::pipelines
