/// The least generalisation under which enough people look alike, found for certain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/base/status.h"
#include "policies/disclosure/class_measures.h"

namespace signet::policies {

/// A quasi-identifier with its hierarchy.
struct QuasiColumn {
  Codes values;  ///< per row, below levels[0].size()
  /// levels[l][v] = the number that value v becomes at level l. Level 0 is the value itself. Each
  /// level must merge what the level before it merged.
  std::vector<Codes> levels;
};

struct GeneralisationGoal {
  int64_t k = 10;
  /// Share of all rows that may be suppressed because their class is smaller than k: [0, 1].
  double suppressed_max = 0;
};

struct Generalisation {
  std::vector<size_t> levels;  ///< one per column
  /// Bits of information lost: for each row and column -log2(rows of the value / rows of what it
  /// became). Non-uniform entropy: Gionis, Tassa, "k-Anonymization with minimal loss of
  /// information", TKDE 2009.
  double loss = 0;
  size_t suppressed = 0;  ///< rows in classes below k
  size_t classes = 0;     ///< all of them, those below k too
  size_t nodes = 0;       ///< of the lattice
  size_t nodes_checked = 0;
};

inline constexpr size_t kLatticeMax = 4'000'000;

/// The node of least loss that keeps the goal (the first in order of levels on a tie). Optimal: a
/// node is left out only when a coarser one failed (merging classes never makes a class smaller) or
/// when its loss is not below one that succeeded (loss grows with every level). kNotFound when not
/// even the coarsest node will do; kInvalid for malformed columns; kExhausted beyond kLatticeMax
/// nodes. Memory: 9 bytes a node and 8 a distinct row and column.
Result<Generalisation> FindGeneralisation(const std::vector<QuasiColumn>& columns,
                                          const GeneralisationGoal& goal);

/// One node's classes, by the same count as the search: for reports and tests.
Result<Generalisation> MeasureGeneralisation(const std::vector<QuasiColumn>& columns,
                                             const std::vector<size_t>& levels,
                                             int64_t k);

}  // namespace signet::policies
