/// Parses SQL to the engine's tree: one statement, or many at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines::query {

/// Trees by the text that they were parsed from.
using StatementTrees = std::map<std::string, Json, std::less<>>;

/// kInvalid, SIG-3010: why a step's SQL is not taken.
Status RefuseSql(std::string why);

/// The tree of exactly one SELECT. Fields that are null or empty are left out; reading them gives
/// null or the empty value all the same. RefuseSql for everything else.
Result<Json> ParseStatement(Connection& connection, std::string_view sql);

/// Gives the trees of those texts that ParseStatement would take, some at a time, in no order; it
/// says why the others are missing. Asks the engine once for many statements: a question costs more
/// than a parse.
void ParseStatements(Connection& connection,
                     const std::vector<std::string>& statements,
                     const std::function<void(StatementTrees)>& take);

}  // namespace signet::pipelines::query
