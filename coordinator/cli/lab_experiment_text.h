/// A read-out as a table for people.
#pragma once

#include <string>
#include <vector>

#include "crypto/base/json.h"

namespace signet::coordinator {

/// From the figures that `--format json` prints.
std::string ExperimentText(const Json& figures);
/// A number with at most six significant digits, "-" for none.
std::string FigureText(const Json& value);
/// Rows of equal length with padded columns; the first row is the heading.
std::string TableText(const std::vector<std::vector<std::string>>& rows);

}  // namespace signet::coordinator
