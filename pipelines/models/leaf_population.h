/// How many people lie behind what trees tell: leaves of too few are told as their parents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipelines/models/bin_codes.h"
#include "pipelines/models/booster.h"

namespace signet::pipelines {

/// Per tree the inner nodes that an explanation ends at, ascending.
using EndNodes = std::vector<std::vector<int32_t>>;

/// Rows counted for it: a sample of more people only makes leaves larger.
inline constexpr size_t kPopulationRowsMax = 50'000;

/// The inner nodes one of whose children is passed by fewer than `people_min` of the first
/// kPopulationRowsMax rows: what lies below them would tell about those few. A row is one person.
EndNodes NodesOfFew(const std::vector<Tree>& trees, const CodeMatrix& rows, int64_t people_min);

/// Makes leaves of the `ends`, each with the mean of what lies below it under the training cover,
/// so that the trees' mean stays what it was. Ends of trees that are not there are ignored.
void EndAt(const EndNodes& ends, std::vector<Tree>& trees);

/// The fewest rows that reach a leaf of the trees; 0 without trees.
int64_t SmallestLeaf(const std::vector<Tree>& trees, const CodeMatrix& rows);

}  // namespace signet::pipelines
