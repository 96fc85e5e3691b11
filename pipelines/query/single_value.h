/// Reads a query that must give one blob: a model that another step left.
#pragma once

#include <string>

#include "crypto/base/bytes.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines::query {

/// The value of `sql`'s only row and only column. kInvalid when there is no row, more than one, or
/// a NULL.
Result<Bytes> ReadSingleBlob(Connection& connection, const std::string& sql);

}  // namespace signet::pipelines::query
