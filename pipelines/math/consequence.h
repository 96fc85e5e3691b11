/// Tells a column that follows from the outcome from one that was known before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pipelines/math/logistic.h"

namespace signet::pipelines {

inline constexpr uint8_t kRowNotCounted = 2;

/// True where all rows that do not hold the column's most frequent value (missing is a value) have
/// the outcome, and there are so many that chance would do that less than once in 1e9: the share of
/// the outcome among all, to the power of their number. So come "converted" and an amount with a
/// visit: rarely, hence with an AUC near 0.5, but never without one. Nothing that was known before
/// an outcome makes it certain. False where nothing or everything has the outcome. `outcome[r]`: 1,
/// 0, or kRowNotCounted.
bool ComesWithOutcomeAlone(const RowMatrix& rows, size_t column, std::span<const uint8_t> outcome);

}  // namespace signet::pipelines
