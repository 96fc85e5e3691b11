/// In which order runs were asked for.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"

namespace signet::coordinator {

/// The names of the folders below `runs`, the newest run first: by the second in which a name
/// begins, within one by when the plan was frozen (what follows the second in a name is random).
std::vector<std::string> RunNamesNewestFirst(const StateFolder& state);

}  // namespace signet::coordinator
