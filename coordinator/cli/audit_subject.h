/// Which entries of the log concern one person: asked of a worker, who alone sees the person's key.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Those of `refs` (subject_ref texts) that name the person whose identifiers stand in the file
/// `from` ("-": standard input; lines TYPE VALUE). kNotFound when nobody is known by them: of an
/// erased person nothing can be told any more.
Result<std::set<std::string>> RefsOfPerson(StateFolder& state,
                                           const std::string& from,
                                           const std::string& region,
                                           const std::vector<std::string>& refs);

}  // namespace signet::coordinator
