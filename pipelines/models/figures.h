/// Figures of quality with 95 % intervals, the same for the `train` stage and `signet lab train`.
/// Aggregates only; never NaN.
#pragma once

#include <cstdint>
#include <span>

#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::pipelines {

inline constexpr double kFigureConfidence = 0.95;
/// A group's figures are told only when it holds at least so many people.
inline constexpr uint64_t kGroupRowsMin = 20;

/// Of probabilities against 0/1 labels: auc (DeLong), pr_auc (average precision), log_loss, brier,
/// calibration_error (10 bins of equal mass), ece (10 bins of equal width), base_rate.
/// kInvalid unless both classes occur.
Result<Json> ClassFigures(std::span<const double> scores,
                          std::span<const uint8_t> labels,
                          uint64_t seed);
/// A list of {rows, predicted, observed}: ten bins of equal mass, lowest first.
Json CalibrationTableJson(std::span<const double> scores, std::span<const uint8_t> labels);
/// Deciles of `scores`, highest first: {decile, rows, predicted, observed, lift, gains}, where
/// `lift` is observed over the mean and `gains` the share of all value in the deciles so far. Null
/// when a decile holds fewer than kGroupRowsMin rows.
Json DecilesJson(std::span<const double> scores, std::span<const double> values);

/// Of predicted against true values: rmse, mae, bias, spearman, gini, normalised_gini, r2,
/// top_decile_share, mean_value, mean_predicted.
Json ValueFigures(std::span<const double> predicted, std::span<const double> values, uint64_t seed);

/// Of predicted median times: concordance (Harrell), and for events the median relative error.
/// kInvalid without comparable pairs.
Result<Json> SurvivalFigures(std::span<const double> predicted,
                             std::span<const double> times,
                             std::span<const uint8_t> happened);
/// Tenths of `predicted`, shortest first: {rows, predicted, events, observed}: `observed` is the
/// Kaplan-Meier median, or null while more than half are still without the event.
Json SurvivalDecilesJson(std::span<const double> predicted,
                         std::span<const double> times,
                         std::span<const uint8_t> happened);

}  // namespace signet::pipelines
