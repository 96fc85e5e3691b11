/// How a text column writes its numbers and times: "1.234,56", "$58,138.00", "12/1/2010 8:26", NA.
#pragma once

#include <map>
#include <string>

#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::coordinator {

/// For each column of `table` that is text, and whose cells are all numbers or all times in one
/// writing: SQL that reads them as DOUBLE, BIGINT or TIMESTAMP. Cells that say "missing" (NA, N/A,
/// NULL, NaN, None, ?, -, .) become NULL. Other columns are absent: text, numbers with leading
/// zeros (names of things), and times that could be read in two ways (01/02/2024 everywhere).
/// Numbers: digits with a decimal point; with commas between thousands; with a decimal comma; with
/// a sign of dollars, euros, pounds or yen before or behind. A column that is neither mostly
/// costs one query over all rows and three over its first ones, however many writings there are.
Result<std::map<std::string, std::string>> SpelledColumns(pipelines::query::Connection& connection,
                                                          const std::string& table);

}  // namespace signet::coordinator
