/// Makes units of rows by SQL: rows of one unit become one, enormous values are capped.
///
/// Rows have the columns u, a, g, s, x, then y<i> and d<i> for each metric.
#pragma once

#include <string>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/unit_rows.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// Makes the temporary table `signet_units` of `rows` (a SELECT) that repeat units, with the count
/// of each unit's rows (n) and arms, and says in `reading` what was added up. kInvalid where rows
/// of a unit differ and the spec says that they must not.
Status GroupUnits(query::Connection& connection,
                  const UnitRowsSpec& spec,
                  const std::string& rows,
                  Json& reading);

/// The SELECT `units` with each metric that is to be winsorised capped at its quantiles over all
/// units; `reading` says where.
Result<std::string> CappedUnits(query::Connection& connection,
                                const UnitRowsSpec& spec,
                                const std::string& units,
                                Json& reading);

}  // namespace signet::pipelines
