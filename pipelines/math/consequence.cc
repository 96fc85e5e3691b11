#include "pipelines/math/consequence.h"

#include <cmath>
#include <limits>
#include <unordered_map>

namespace signet::pipelines {
namespace {

constexpr double kChance = 1e-9;

struct Tally {
  size_t rows = 0, with_outcome = 0;
};

}  // namespace

bool ComesWithOutcomeAlone(const RowMatrix& rows, size_t column, std::span<const uint8_t> outcome) {
  std::unordered_map<float, Tally> values;
  Tally all;
  for (size_t r = 0; r < rows.rows(); ++r) {
    if (outcome[r] == kRowNotCounted) continue;
    const float cell = rows.cells[r * rows.columns + column];
    // NaN equals nothing, itself included; no cell is infinite (TableEncoder, FeatureEncoder).
    Tally& value = values[std::isnan(cell) ? std::numeric_limits<float>::infinity() : cell];
    for (Tally* tally : {&value, &all}) {
      ++tally->rows;
      tally->with_outcome += outcome[r];
    }
  }
  Tally usual;
  for (const auto& [value, tally] : values) {
    const bool tied = tally.rows == usual.rows && tally.with_outcome < usual.with_outcome;
    if (tally.rows > usual.rows || tied) usual = tally;
  }
  const size_t others = all.rows - usual.rows;
  if (others == 0 || all.with_outcome - usual.with_outcome != others) return false;
  const double share = static_cast<double>(all.with_outcome) / static_cast<double>(all.rows);
  return std::pow(share, static_cast<double>(others)) < kChance;
}

}  // namespace signet::pipelines
