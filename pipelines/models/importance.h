/// Which features move scores, and which tell the label suspiciously well.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/math/logistic.h"

namespace signet::pipelines {

/// A list of {feature, mean_effect, share}: mean absolute contribution, strongest first, at most
/// `count`. Columns with equal names count as one feature. Features without effect are left out.
Json ImportancesJson(std::span<const double> contributions,
                     const std::vector<std::string>& names,
                     size_t count);

/// A list of {feature, auc, reason}: features that rank the label almost perfectly on their own
/// (AUC > 0.95 either way, missing values apart), or whose rarer values come with the event alone
/// (math/consequence.h), over the first 20,000 rows.
Json ClassLeakAlarms(const RowMatrix& rows,
                     const std::vector<uint8_t>& classes,
                     const std::vector<std::string>& names);
/// The same for values or times, by Spearman's correlation: {feature, spearman, reason}.
Json ValueLeakAlarms(const RowMatrix& rows,
                     const std::vector<double>& values,
                     const std::vector<std::string>& names);

}  // namespace signet::pipelines
