/// Turns DuckDB's errors into ours, without letting a row's text through.
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/status.h"

namespace signet::pipelines::query {

/// `type` is a duckdb_error_type. Mistakes in the SQL (parser, binder, catalog) keep DuckDB's
/// words, which quote the SQL; everything else gets words of ours. CSV errors keep line and kind.
Status TranslateError(int type, std::string_view message);

}  // namespace signet::pipelines::query
