/// What learns segments from all subjects, and what applies them partition by partition.
#pragma once

#include <memory>
#include <vector>

#include "pipelines/catalog/operator.h"

namespace signet::pipelines {

/// In the order of the reference: cluster, rfm, tiers, assign, grid, project, recommend; then the
/// parts that the planner puts in the place of a `cluster` with `sample`.
std::vector<std::unique_ptr<Operator>> SegmentOperators();

}  // namespace signet::pipelines
