/// The rules of style that a machine can judge, each a function from the tree to
/// what breaks it.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace signet::tidy {

/// One breach. `key` names it so that it can be listed in ratchet.txt; `size` (lines of a function
/// or file) may only fall, 0 = nothing to count.
struct Finding {
  std::string key;
  size_t size = 0;
  std::string why;
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

// include_rules.cc
/// A folder includes itself and the folders to its left.
Findings FolderOrder(const SourceTree& tree);
/// Inside a folder, a room includes itself and the rooms before it in its `signet_rooms` list.
Findings RoomOrder(const SourceTree& tree);
/// What a room includes is in its declared DEPS.
Findings IncludesWithinDependencies(const SourceTree& tree);
/// A third-party header is included in its one room (DESIGN section 1), tests apart.
Findings SoleIncluders(const SourceTree& tree);
/// Each source is in its room's CMakeLists; each header is included somewhere.
Findings EveryFileHasItsPlace(const SourceTree& tree);

// text_rules.cc
/// 100 columns.
Findings LongLines(const SourceTree& tree);
/// 70 lines a function.
Findings LongFunctions(const SourceTree& tree);
/// 400 lines a source, 250 a header.
Findings LongFiles(const SourceTree& tree);
/// No wall clock, randomness, sleep or std::cout outside their doors; no unfinished work.
Findings BannedWords(const SourceTree& tree);
/// No path of somebody's machine, no host of a package registry.
Findings MachinePaths(const SourceTree& tree);
/// A header opens with a sentence and `#pragma once`; no file is called utils.
Findings Headers(const SourceTree& tree);
/// Each source has its twin test.
Findings TwinTests(const SourceTree& tree);

}  // namespace signet::tidy
