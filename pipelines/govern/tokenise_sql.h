/// The SQL with which one pass over a source's text becomes tokenised rows.
#pragma once

#include <string>
#include <vector>

#include "pipelines/govern/source_spec.h"

namespace signet::pipelines {

/// "CREATE TABLE <target> AS SELECT ..." over view `source` (all text): the columns of
/// TokenisedSchema, then `signet_reason` (why the row is quarantined, "column:reason", or NULL)
/// and, when rows are unique by columns, `signet_key`.
std::string TokeniseSql(const SourceSpec& spec,
                        const Schema& schema,
                        const std::string& source,
                        const std::string& target);

/// Marks all but one of the rows of `target` that are equal in `signet_key` with reason
/// "duplicate"; the first in the order of all columns stays.
std::string MarkDuplicatesSql(const Schema& schema, const std::string& target);

/// The columns that TokeniseSql reads, in the order of the declaration.
std::vector<std::string> ColumnsRead(const SourceSpec& spec);

}  // namespace signet::pipelines
