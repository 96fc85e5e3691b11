/// Metrics and columns as `signet lab` writes them: "proportion:bought", "ratio:revenue/orders".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/cli/lab_input.h"
#include "crypto/base/status.h"
#include "pipelines/experiments/unit_rows.h"

namespace signet::coordinator {

/// A column's name, quoted, or an SQL expression in brackets. kInvalid, with "did you mean", for a
/// plain name that is no column.
Result<std::string> ColumnSql(const LabInput& input, const std::string& text);

/// Reads proportion:C, mean:C, ratio:A/B, quantile:C@P or median:C, where C, A and B are columns or
/// SQL expressions. The name of the metric is what follows the kind. kInvalid with the forms.
Result<pipelines::MetricColumns> MetricFromText(const LabInput& input, const std::string& text);

/// "control=0.5,offer=0.5" to shares by arm. kInvalid for anything else.
Result<std::map<std::string, double>> SharesFromText(const std::string& text);

}  // namespace signet::coordinator
