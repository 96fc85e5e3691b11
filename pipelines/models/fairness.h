/// Whether a model serves groups of people alike: base rates, scores, selection and errors by
/// group.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "pipelines/models/table.h"

namespace signet::pipelines {

/// Groups of rows by a column: its values, or fifths of a number with more than 12 values; missing
/// values are a group. Names by row.
std::vector<std::string> GroupNames(const TableColumn& column, std::span<const size_t> rows);

/// Of probabilities: per group {group, rows, base_rate, mean_score, auc, calibration_gap, selected,
/// true_positive_rate, false_positive_rate}, with intervals; `selected` is the share above the
/// threshold that selects as many rows as have the outcome. Then gaps between groups:
/// demographic_parity (largest difference of `selected`), disparate_impact (smallest over largest),
/// equal_opportunity (largest difference of true positive rates), calibration. Groups below 20 rows
/// are counted together, without figures.
Json ClassFairness(std::span<const double> scores,
                   std::span<const uint8_t> labels,
                   std::span<const std::string> groups);
/// Of values or times: per group {group, rows, mean_value, mean_predicted, bias}; the gap is the
/// largest difference of relative bias.
Json ValueFairness(std::span<const double> predicted,
                   std::span<const double> values,
                   std::span<const std::string> groups);

}  // namespace signet::pipelines
