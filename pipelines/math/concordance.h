/// Harrell's concordance: how well predicted times put events in order.
#pragma once

#include <cstdint>
#include <span>

#include "crypto/base/status.h"
#include "pipelines/math/intervals.h"

namespace signet::pipelines {

/// The share of comparable pairs (the earlier time is an event; at equal times the other is
/// censored) whose earlier one has the smaller prediction, ties counted half. Interval: normal, by
/// the pairs' Hajek projection (each row's own sums). O(n log n). kInvalid without comparable
/// pairs. Source: Harrell et al., JAMA 247 (1982).
Result<Estimate> Concordance(std::span<const double> predicted,
                             std::span<const double> times,
                             std::span<const uint8_t> happened,
                             double confidence);

}  // namespace signet::pipelines
