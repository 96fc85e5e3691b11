#include "pipelines/models/bin_codes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/models/lanes.h"

namespace signet::pipelines {
namespace {

constexpr size_t kKeysMax = 65'536;
constexpr unsigned kStartBits = 12;   ///< highest bits of a key that index a column's cuts
constexpr size_t kBlockRows = 512;    ///< rows coded together: they stay in the cache
constexpr size_t kGroupColumns = 16;  ///< columns read in one pass over the rows

/// Bits in the values' order: negatives are turned round.
uint32_t KeyOf(float value) {
  const auto bits = std::bit_cast<uint32_t>(value == 0 ? 0.0F : value);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

float ValueOf(uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000U) != 0 ? key & 0x7FFFFFFFU : ~key);
}

/// The least value of a coarse key; the lowest keys of all would be no number.
float LowerEdge(uint32_t key, unsigned shift) {
  const float edge = ValueOf(key << shift);
  return std::isfinite(edge) ? edge : std::numeric_limits<float>::lowest();
}

/// Least significant digit first, 11 bits at a time.
void RadixSort(std::vector<uint32_t>& keys) {
  std::vector<uint32_t> other(keys.size());
  for (unsigned digit = 0; digit < 3; ++digit) {
    std::array<size_t, 2049> offsets{};
    const unsigned shift = 11 * digit;
    for (const uint32_t key : keys) ++offsets[(key >> shift & 2047U) + 1];
    for (size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
    for (const uint32_t key : keys) other[offsets[key >> shift & 2047U]++] = key;
    keys.swap(other);
  }
}

}  // namespace

void QuantileSketch::Add(std::span<const float> values) {
  std::vector<uint32_t> keys;
  keys.reserve(values.size());
  for (const float value : values) {
    if (std::isfinite(value)) keys.push_back(KeyOf(value) >> shift_);
  }
  RadixSort(keys);
  std::vector<Run> runs;
  for (const uint32_t key : keys) {
    if (runs.empty() || runs.back().first != key) runs.emplace_back(key, 0);
    ++runs.back().second;
  }
  Absorb(runs);
}

void QuantileSketch::Merge(const QuantileSketch& other) {
  std::vector<Run> runs = other.runs_;
  const unsigned shift = std::max(shift_, other.shift_);
  for (Run& run : runs) run.first >>= shift - other.shift_;
  for (Run& run : runs_) run.first >>= shift - shift_;
  shift_ = shift;
  Absorb(runs);
}

/// Adds runs (rising, possibly repeated keys) at this sketch's resolution.
void QuantileSketch::Absorb(const std::vector<Run>& runs) {
  std::vector<Run> merged;
  merged.reserve(runs_.size() + runs.size());
  const auto take = [&](const Run& run) {
    if (!merged.empty() && merged.back().first == run.first) {
      merged.back().second += run.second;
    } else {
      merged.push_back(run);
    }
  };
  auto left = runs_.begin();
  for (const Run& run : runs) {
    for (; left != runs_.end() && left->first <= run.first; ++left) take(*left);
    take(run);
  }
  for (; left != runs_.end(); ++left) take(*left);
  runs_ = std::move(merged);
  while (runs_.size() > kKeysMax) Coarsen();
}

void QuantileSketch::Coarsen() {
  ++shift_;
  size_t kept = 0;
  for (const Run& run : runs_) {
    const uint32_t key = run.first >> 1U;
    if (kept > 0 && runs_[kept - 1].first == key) {
      runs_[kept - 1].second += run.second;
    } else {
      runs_[kept++] = {key, run.second};
    }
  }
  runs_.resize(kept);
}

uint64_t QuantileSketch::count() const {
  uint64_t count = 0;
  for (const Run& run : runs_) count += run.second;
  return count;
}

std::vector<float> QuantileSketch::Cuts(int bins) const {
  CHECK(bins >= 2 && bins <= CutList::kBinsMax);
  const auto wanted = static_cast<size_t>(bins);
  std::vector<float> cuts;
  if (runs_.size() <= wanted) {
    for (size_t i = 1; i < runs_.size(); ++i) cuts.push_back(LowerEdge(runs_[i].first, shift_));
    return cuts;
  }
  uint64_t left = count();
  uint64_t held = 0;
  for (size_t i = 0; i + 1 < runs_.size() && cuts.size() + 1 < wanted; ++i) {
    held += runs_[i].second;
    const uint64_t bins_left = wanted - cuts.size();
    // Closes the bin here if that is nearer to an equal share than one key later.
    const uint64_t next = held + runs_[i + 1].second;
    const uint64_t share = left / bins_left;
    const bool close = held >= share || (next > share && next - share > share - held);
    if (!close) continue;
    cuts.push_back(LowerEdge(runs_[i + 1].first, shift_));
    left -= held;
    held = 0;
  }
  return cuts;
}

CodeMatrix CodeMatrix::Rows(std::span<const size_t> positions) const {
  CodeMatrix chosen;
  chosen.columns = columns;
  chosen.codes.reserve(positions.size() * columns);
  for (const size_t row : positions) {
    const auto begin = codes.begin() + static_cast<std::ptrdiff_t>(row * columns);
    chosen.codes.insert(chosen.codes.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
  }
  return chosen;
}

std::vector<float> CodeMatrix::Floats(size_t first, size_t count) const {
  std::vector<float> cells(count * columns);
  for (size_t i = 0; i < cells.size(); ++i) {
    const uint8_t code = codes[first * columns + i];
    cells[i] =
        code == kMissing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(code);
  }
  return cells;
}

CutList::CutList(std::vector<std::vector<float>> cuts) : cuts_(std::move(cuts)) {
  Index();
}

void CutList::Index() {
  starts_.assign(cuts_.size(), std::vector<uint8_t>(size_t{1} << kStartBits));
  for (size_t c = 0; c < cuts_.size(); ++c) {
    size_t code = 0;
    for (uint32_t top = 0; top < starts_[c].size(); ++top) {
      // Cuts whose own top bits are smaller lie below every value of this key.
      while (code < cuts_[c].size() && KeyOf(cuts_[c][code]) >> (32 - kStartBits) < top) ++code;
      starts_[c][top] = static_cast<uint8_t>(code);
    }
  }
}

CutList CutList::Of(const RowMatrix& rows, int bins, int threads) {
  std::vector<std::vector<float>> cuts(rows.columns);
  const size_t groups = (rows.columns + kGroupColumns - 1) / kGroupColumns;
  ForEachIn(groups, threads, [&](size_t group) {
    const size_t first = group * kGroupColumns;
    const size_t width = std::min(kGroupColumns, rows.columns - first);
    std::vector<std::vector<float>> values(width, std::vector<float>(rows.rows()));
    for (size_t r = 0; r < rows.rows(); ++r) {
      const float* row = rows.cells.data() + r * rows.columns + first;
      for (size_t c = 0; c < width; ++c) values[c][r] = row[c];
    }
    for (size_t c = 0; c < width; ++c) {
      QuantileSketch sketch;
      sketch.Add(values[c]);
      cuts[first + c] = sketch.Cuts(bins);
    }
  });
  return CutList(std::move(cuts));
}

CutList CutList::Of(const std::vector<QuantileSketch>& columns, int bins) {
  std::vector<std::vector<float>> cuts;
  cuts.reserve(columns.size());
  for (const QuantileSketch& sketch : columns) cuts.push_back(sketch.Cuts(bins));
  return CutList(std::move(cuts));
}

namespace {

/// The code of a value: how many cuts lie at or below it. `starts` tells where to begin looking.
uint8_t CodeOf(float value, const std::vector<float>& cuts, const std::vector<uint8_t>& starts) {
  if (!std::isfinite(value)) return CodeMatrix::kMissing;
  size_t bin = starts[KeyOf(value) >> (32 - kStartBits)];
  if (bin + 8 < cuts.size() && cuts[bin + 8] <= value) {
    const auto from = cuts.begin() + static_cast<std::ptrdiff_t>(bin);
    bin = static_cast<size_t>(std::upper_bound(from, cuts.end(), value) - cuts.begin());
  } else {
    while (bin < cuts.size() && cuts[bin] <= value) ++bin;
  }
  return static_cast<uint8_t>(bin);
}

}  // namespace

CodeMatrix CutList::Encode(const RowMatrix& rows, int threads) const {
  CHECK(rows.columns == cuts_.size());
  CodeMatrix matrix;
  matrix.columns = rows.columns;
  matrix.codes.resize(rows.cells.size());
  const size_t blocks = (rows.rows() + kBlockRows - 1) / kBlockRows;
  ForEachIn(blocks, threads, [&](size_t block) {
    const size_t end = std::min(rows.rows(), (block + 1) * kBlockRows);
    for (size_t c = 0; c < rows.columns; ++c) {
      for (size_t r = block * kBlockRows; r < end; ++r) {
        const size_t at = r * rows.columns + c;
        matrix.codes[at] = CodeOf(rows.cells[at], cuts_[c], starts_[c]);
      }
    }
  });
  return matrix;
}

Json CutList::ToJson() const {
  Json list{Json::Array()};
  for (const std::vector<float>& cuts : cuts_) {
    Json column{Json::Array()};
    for (const float cut : cuts) column.Push(static_cast<double>(cut));
    list.Push(std::move(column));
  }
  return list;
}

Result<CutList> CutList::FromJson(const Json& json) {
  std::vector<std::vector<float>> all;
  for (const Json& column : json.items()) {
    std::vector<float> cuts;
    for (const Json& cut : column.items()) cuts.push_back(static_cast<float>(cut.AsDouble(NAN)));
    const bool rises = std::adjacent_find(cuts.begin(), cuts.end(), [](float a, float b) {
                         return !(a < b);
                       }) == cuts.end();
    const bool finite = cuts.size() != 1 || std::isfinite(cuts[0]);
    if (!rises || !finite || cuts.size() >= static_cast<size_t>(kBinsMax)) {
      return Corrupt("a model with broken cuts");
    }
    all.push_back(std::move(cuts));
  }
  if (all.empty()) return Corrupt("a model without cuts");
  return CutList(std::move(all));
}

}  // namespace signet::pipelines
