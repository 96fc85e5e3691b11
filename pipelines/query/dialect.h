/// The SQL functions that steps may use: those whose result depends on their arguments alone.
#pragma once

#include <string>
#include <string_view>

namespace signet::pipelines::query {

/// What a function does to determinism.
enum class FunctionClass {
  kUnknown,           ///< on no list: refused
  kScalar,            ///< a pure function of one row
  kAggregate,         ///< independent of the order of rows
  kDoubleAggregate,   ///< exact over integers and decimals; over doubles it depends on the order
  kOrderedAggregate,  ///< needs an ORDER BY over its own arguments
  kRankWindow,        ///< rank and friends: equal rows get equal results
  kRowWindow,         ///< row_number, ntile: needs a total order
  kValueWindow,       ///< lag, first_value...: needs an order over its own arguments
};

/// By lower-case name.
FunctionClass ClassOf(std::string_view function);
/// Table functions: range, generate_series, unnest.
bool IsAllowedTableFunction(std::string_view function);
/// Why a well-known function is refused, for the message; empty for others.
std::string_view WhyRefused(std::string_view function);
/// Names that look like columns and are functions of the session (current_date, user...).
bool IsSessionValue(std::string_view name);
/// Whether a scalar function or operator may give a DOUBLE.
bool MayGiveDouble(std::string_view function);

}  // namespace signet::pipelines::query
