/// A plain file as a Table, each column typed by what it holds.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/lab_input.h"
#include "crypto/base/status.h"
#include "pipelines/models/table.h"

namespace signet::coordinator {

/// Every column of the file: booleans and yes/no texts as flags, numbers (also those written as
/// text, if 95 % are), dates and timestamps as days, other text as categories; `categorical` names
/// columns that are categories whatever they look like. Columns of lists and the like are left out,
/// each with a note. kInvalid for a name that is no column.
Result<pipelines::Table> ReadLabTable(LabInput& input,
                                      const std::vector<std::string>& categorical,
                                      std::vector<std::string>& notes);

/// The value of an SQL expression over the file's columns as one more column, called by its text.
Result<pipelines::TableColumn> ReadLabColumn(LabInput& input, const std::string& expression);

/// "a, b" as {"a", "b"}.
std::vector<std::string> NamesOf(const std::vector<std::string>& list);

}  // namespace signet::coordinator
