/// Where commands take a person's identifiers from: never from the command line.
#pragma once

#include <string>
#include <vector>

#include "coordinator/requests/identifiers.h"
#include "crypto/base/json.h"

namespace signet::coordinator {

/// The text of the file `from`, or of standard input when it is "-" or empty: what calls about
/// persons take (rights_calls.h). Errors as ReadFile; kInvalid, with the line's number, for what
/// names nobody.
Result<std::string> PeopleTextFrom(const std::string& from);

/// Reads identifiers from the file `from`, or from standard input when it is "-" or empty. Errors
/// as ReadFile and ReadIdentifiers.
Result<std::vector<Identifier>> ReadIdentifiersFrom(const std::string& from);

/// The same for many persons, with an empty line between two.
Result<std::vector<std::vector<Identifier>>> ReadPeopleFrom(const std::string& from);

/// Reads lines "SOURCE.COLUMN VALUE" from the file: [{pipeline, dataset, column, value}]. kInvalid
/// with the line's number, never its text.
Result<Json> ReadCorrections(const std::string& file, const std::string& pipeline);

}  // namespace signet::coordinator
