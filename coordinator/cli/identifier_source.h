/// Where commands take a person's identifiers from: never from the command line.
#pragma once

#include <string>
#include <vector>

#include "coordinator/requests/identifiers.h"

namespace signet::coordinator {

/// Reads identifiers from the file `from`, or from standard input when it is "-" or empty. Errors
/// as ReadFile and ReadIdentifiers.
Result<std::vector<Identifier>> ReadIdentifiersFrom(const std::string& from);

}  // namespace signet::coordinator
