/// A column of any type as a number in SQL.
#pragma once

#include <string>

#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// An SQL expression that gives `expression` over `table` as DOUBLE: numbers as they are, booleans
/// as 1 and 0, text if all of it says yes or no (true/false, t/f, yes/no, y/n, on/off, 1/0) or if
/// all of it is numbers. kInvalid for anything else (dates, other text, unknown columns), naming
/// the expression and never a value.
Result<std::string> NumberSql(query::Connection& connection,
                              const std::string& table,
                              const std::string& expression);

}  // namespace signet::pipelines
