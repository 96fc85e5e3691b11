/// signet_partition(subject): the partition of a subject, in SQL.
#pragma once

#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// Makes `signet_partition(uuid) -> int` callable: PartitionOf with `partitions` (at least 1).
/// kConflict when it is there already.
Status RegisterPartitionFunction(query::Connection& connection, int partitions);

}  // namespace signet::pipelines
